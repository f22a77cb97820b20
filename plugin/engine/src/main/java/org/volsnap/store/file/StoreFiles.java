/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * All that a store asks of a file system. Names and contents are durable by separate calls: {@link StoreFile#force} and
 * {@link #forceDirectory}. Safe for many threads.
 */
interface StoreFiles {
    StoreFile openRead(Path file) throws IOException;

    /** Opens to read and write; makes the file, readable by its owner only, when it is absent. */
    StoreFile openWrite(Path file) throws IOException;

    /**
     * Takes an exclusive lock, held until closed or until the process ends.
     *
     * @throws org.volsnap.store.StoreException when somebody else holds it
     */
    Closeable lock(Path file) throws IOException;

    /** Makes a directory for its owner only, and those above it; nothing happens when it is there. */
    void createDirectories(Path directory) throws IOException;

    /** Makes all that was named, renamed and unlinked in this directory durable. */
    void forceDirectory(Path directory) throws IOException;

    /**
     * Gives a file a second name.
     *
     * @throws java.nio.file.FileAlreadyExistsException when the name is taken
     */
    void link(Path name, Path existing) throws IOException;

    /** Renames in one step; replaces what has the name. */
    void rename(Path from, Path to) throws IOException;

    /** @return whether there was something to unlink; a directory has to be empty */
    boolean delete(Path path) throws IOException;

    boolean exists(Path path);

    /** Whether both names lead to one file; false when one of them is absent. */
    boolean isSameFile(Path one, Path other) throws IOException;

    /** Length in bytes. */
    long length(Path file) throws IOException;

    /** What lies in this directory, by name; nothing when it is absent. */
    List<Path> list(Path directory) throws IOException;
}
