/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.hdfs.server.datanode.StorageLocation;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi;

/** The root directory of a storage volume: what holds {@code current/}. Names the volume within one DataNode. */
final class StorageRoots {
    /** A file system may keep the last of its room for itself. */
    private static final long FULL_BYTES = 1 << 20;

    private static final String PROBE = "volsnap-probe";

    private StorageRoots() {}

    static Path of(FsVolumeSpi volume) {
        return of(volume.getStorageLocation());
    }

    /**
     * Why nothing can be written there, as a disk has it that failed or has turned read-only. A full one is not such a
     * disk: it loses what it can't preserve, and stays.
     */
    static Optional<IOException> whyUnwritable(FsVolumeSpi volume) {
        Path root = of(volume);
        try {
            Files.deleteIfExists(root.resolve(PROBE));
            Files.delete(Files.createFile(root.resolve(PROBE)));
            return Optional.empty();
        } catch (IOException e) {
            return isFull(root, e) ? Optional.empty() : Optional.of(e);
        }
    }

    /** Of bytes, of inodes, or of what its owner may use; or the process has no file descriptors left. */
    private static boolean isFull(Path root, IOException e) {
        String reason = e instanceof FileSystemException failed ? String.valueOf(failed.getReason()) : "";
        return reason.contains("No space left")
                || reason.contains("quota exceeded")
                || reason.contains("Too many open files")
                || hasNoRoom(root);
    }

    private static boolean hasNoRoom(Path root) {
        try {
            return Files.getFileStore(root).getUsableSpace() < FULL_BYTES;
        } catch (IOException e) {
            return false;
        }
    }

    static Path of(StorageLocation location) {
        return Path.of(location.getUri()).normalize();
    }
}
