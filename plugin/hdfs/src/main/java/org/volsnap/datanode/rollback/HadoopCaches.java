/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.PmemVolumeManager;
import org.volsnap.datanode.PoolVolume;

/**
 * What Hadoop believes about a pool's replicas without looking at them: the list of replicas and the space used that it
 * writes at a clean stop ({@code BlockPoolSlice.saveReplicas, saveDfsUsed}), and blocks cached in persistent memory,
 * which go by block id without a stamp ({@code PmemMappableBlockLoader}).
 */
public final class HadoopCaches {
    private static final String REPLICAS = "replicas";
    private static final String SPACE_USED = "dfsUsed";

    private final String pool;
    private final String replicasRoot;
    private final List<File> persistentMemory;

    /** @param conf the DataNode's */
    public HadoopCaches(Configuration conf, String pool) {
        this.pool = requireNonNull(pool, "pool is null");
        replicasRoot = conf.get(DFSConfigKeys.DFS_DATANODE_REPLICA_CACHE_ROOT_DIR_KEY, "");
        persistentMemory = conf.getTrimmedStringCollection(DFSConfigKeys.DFS_DATANODE_PMEM_CACHE_DIRS_KEY).stream()
                .map(directory -> new File(PmemVolumeManager.getRealPmemDir(directory), pool))
                .toList();
    }

    /** Removes what is remembered of this storage volume. */
    void drop(PoolVolume volume, DurableFiles disk) throws IOException {
        Path current = volume.current(pool);
        if (!Files.isDirectory(current)) {
            return;
        }
        disk.delete(current.resolve(SPACE_USED));
        disk.delete(current.resolve(REPLICAS));
        disk.forceDirectory(current);
        if (!replicasRoot.isEmpty()) {
            disk.delete(new File(replicasRoot, current.toFile().getCanonicalPath())
                    .toPath()
                    .resolve(REPLICAS));
        }
    }

    /** Removes the pool's blocks from persistent memory. */
    void dropPersistentMemory() throws IOException {
        for (File directory : persistentMemory) {
            if (!FileUtil.fullyDelete(directory) && directory.exists()) {
                throw new IOException(directory + " holds cached blocks of before the rollback and can't be removed");
            }
        }
    }
}
