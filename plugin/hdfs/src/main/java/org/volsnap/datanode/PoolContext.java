/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import org.apache.hadoop.hdfs.client.BlockReportOptions;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.DataStorage;
import org.apache.hadoop.hdfs.server.datanode.VolsnapDataNodeBridge;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.engine.EngineSettings;
import org.volsnap.model.BlockKey;
import org.volsnap.store.file.FileStoreOptions;

/**
 * What the snapshots of one block pool are built on.
 *
 * @param blockPoolId the block pool
 * @param dataNode the DataNode it is on
 * @param storage says whose disks these are
 * @param dataset Hadoop's own, not the decorator
 * @param parts makes stores, engine and follower
 * @param engineSettings how the engine works
 * @param joining takes the pool out of service and back, and joins what is mounted of it
 */
record PoolContext(
        String blockPoolId,
        DataNode dataNode,
        DataStorage storage,
        FsDatasetSpi<?> dataset,
        DataNodeParts parts,
        EngineSettings engineSettings,
        Joining joining) {
    private static final Logger LOG = LoggerFactory.getLogger(PoolContext.class);

    PoolContext {
        requireNonNull(blockPoolId, "blockPoolId is null");
        requireNonNull(dataNode, "dataNode is null");
        requireNonNull(storage, "storage is null");
        requireNonNull(dataset, "dataset is null");
        requireNonNull(parts, "parts is null");
        requireNonNull(engineSettings, "engineSettings is null");
        requireNonNull(joining, "joining is null");
    }

    /** A store belongs to one DataNode of one cluster: a disk from elsewhere is refused. */
    FileStoreOptions storeOptions() {
        var identity =
                ImmutableMap.of("cluster id", storage.getClusterID(), "datanode uuid", storage.getDatanodeUuid());
        return FileStoreOptions.of(blockPoolId, identity, engineSettings.geometry());
    }

    /** Which registration is in force: a new one is made with every NameNode that was started anew. Null before. */
    @Nullable
    Object registration() {
        try {
            return dataNode.getDNRegistrationForBP(blockPoolId);
        } catch (IOException e) {
            return null; // that is how Hadoop says that there is none yet
        }
    }

    /**
     * A live replica is not what its checksums say. That is for HDFS to repair, from another replica: snapshots take no bytes
     * over that don't match.
     */
    void suspect(BlockKey live, String reason) {
        LOG.warn("{} is live and damaged, Hadoop is to look at it: {}", live, reason);
        new VolsnapDataNodeBridge(dataNode)
                .suspect(new ExtendedBlock(live.pool(), live.blockId(), 0, live.stamp()), reason);
    }

    /** Of all block pools: Hadoop offers no narrower way. */
    void triggerFullReport() throws IOException {
        dataNode.triggerBlockReport(
                new BlockReportOptions.Factory().setIncremental(false).build());
    }
}
