/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.hadoop.io.IOUtils;

/** Links, copies and removals of the NameNode's files. */
public final class DurableFiles {
    private DurableFiles() {}

    /**
     * Makes a hard link, or a durable copy where the file system has no link to offer. For files that are never changed
     * in place. The link itself is durable when the directory is forced.
     *
     * @throws NoSuchFileException when the file is gone
     */
    public static void linkOrCopy(Path file, Path target) throws IOException {
        try {
            Files.createLink(target, file);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException e) {
            copy(file, target);
        }
    }

    /** Copies a file and forces it; replaces the target. */
    public static void copy(Path file, Path target) throws IOException {
        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        IOUtils.fsync(target.toFile());
    }

    /** Renames over whatever is there, and forces both directories. */
    public static void move(Path file, Path target) throws IOException {
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        force(target.toAbsolutePath().resolveSibling(""));
        force(file.toAbsolutePath().resolveSibling(""));
    }

    public static void force(Path fileOrDirectory) throws IOException {
        IOUtils.fsync(fileOrDirectory.toFile());
    }

    /** Removes a directory and all in it; does nothing where there is none. */
    public static void deleteTree(Path directory) throws IOException {
        if (Files.exists(directory)) {
            MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }
}
