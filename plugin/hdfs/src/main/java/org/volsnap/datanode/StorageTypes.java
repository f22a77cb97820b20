/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.IOException;
import org.apache.hadoop.fs.StorageType;
import org.apache.hadoop.hdfs.server.datanode.StorageLocation;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi;

/** Which storage volumes can have snapshots. */
public final class StorageTypes {
    private StorageTypes() {}

    /** Whether the bytes of a storage volume lie on this host: those of PROVIDED storage do not. */
    public static boolean isLocal(FsVolumeSpi volume) {
        return volume.getStorageType() != StorageType.PROVIDED;
    }

    /**
     * Refuses a volume in memory: Hadoop's lazy writer ({@code RamDiskAsyncLazyPersistService}) casts the dataset to its
     * own class, and would lose blocks behind any decorator.
     */
    static void refuseMemory(StorageLocation location) throws IOException {
        if (location.getStorageType().isRAM()) {
            throw new IOException("volsnap can't work with storage volumes in memory: take " + location
                    + " out of dfs.datanode.data.dir, or volsnap out of dfs.datanode.fsdataset.factory");
        }
    }
}
