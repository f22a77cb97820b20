/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.nio.file.Path;
import org.apache.hadoop.hdfs.server.datanode.StorageLocation;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi;

/** The root directory of a storage volume: what holds {@code current/}. Names the volume within one DataNode. */
final class StorageRoots {
    private StorageRoots() {}

    static Path of(FsVolumeSpi volume) {
        return of(volume.getStorageLocation());
    }

    static Path of(StorageLocation location) {
        return Path.of(location.getUri()).normalize();
    }
}
