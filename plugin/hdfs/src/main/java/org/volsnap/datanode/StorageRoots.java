/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.hdfs.server.datanode.StorageLocation;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi;

/** The root directory of a storage volume: what holds {@code current/}. Names the volume within one DataNode. */
final class StorageRoots {
    /** A file system may keep the last of its room for itself. */
    private static final long FULL_BYTES = 1 << 20;

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
            Files.delete(Files.createTempFile(root, "volsnap-probe", ""));
            return Optional.empty();
        } catch (IOException e) {
            return isFull(root) ? Optional.empty() : Optional.of(e);
        }
    }

    private static boolean isFull(Path root) {
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
