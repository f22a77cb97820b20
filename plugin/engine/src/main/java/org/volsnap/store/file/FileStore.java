/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.WholeReplicaStore;

/**
 * The persistent stores of one block pool on one storage volume: exceptions in a log, whole replicas as hard links.
 * Held open by one process at a time.
 */
public final class FileStore implements Closeable {
    private FileStore() {}

    /**
     * Opens the store in this directory, or makes a new one.
     *
     * @param directory {@code <storage volume>/volsnap/<block pool>}; made when absent
     * @throws org.volsnap.store.StoreException when another process holds it (the message names the directory), when it
     *     belongs to somebody else, or when its header cannot be trusted
     * @throws org.volsnap.store.StoreVersionException when a newer or no longer supported format wrote it
     */
    public static FileStore open(Path directory, FileStoreOptions options) throws IOException {
        throw new UnsupportedOperationException(directory + " " + options);
    }

    /**
     * Whether anything of a snapshot lies in this directory: an exception, a loss, or a whole replica. Opens and changes
     * nothing; what it cannot read counts as content.
     */
    public static boolean holdsContent(Path directory) throws IOException {
        throw new UnsupportedOperationException(directory.toString());
    }

    /** Header and chunk exceptions. {@link ExceptionStore#replay} has not been called yet. */
    public ExceptionStore exceptions() {
        throw new UnsupportedOperationException();
    }

    public WholeReplicaStore replicas() {
        throw new UnsupportedOperationException();
    }

    /** Completes or fails what is under way and lets the directory go. Closes {@link #exceptions()} too. */
    @Override
    public void close() throws IOException {}
}
