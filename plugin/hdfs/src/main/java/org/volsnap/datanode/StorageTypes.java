/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.IOException;
import org.apache.hadoop.hdfs.server.datanode.StorageLocation;

/** Which storage volumes can have snapshots. */
final class StorageTypes {
    private StorageTypes() {}

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
