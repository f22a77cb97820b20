/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.DataStorage;
import org.apache.hadoop.hdfs.server.datanode.StorageLocation;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsDatasetFactory;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsVolumeImpl;
import org.apache.hadoop.util.ReflectionUtils;
import org.apache.hadoop.util.StringUtils;
import org.volsnap.conf.VolsnapKeys;
import org.volsnap.datanode.mount.MountingDataset;
import org.volsnap.datanode.scan.ScanSettings;
import org.volsnap.engine.EngineSettings;
import org.volsnap.model.ChunkGeometry;

/**
 * Enables volsnap in a DataNode: named under {@code dfs.datanode.fsdataset.factory}. Puts snapshots around the dataset
 * that Hadoop would use by itself.
 */
public final class VolsnapDatasetFactory extends FsDatasetSpi.Factory<FsDatasetSpi<FsVolumeImpl>> {
    /** @throws IOException when a storage volume lies in memory, or a key has a bad value */
    @Override
    public FsDatasetSpi<FsVolumeImpl> newInstance(DataNode dataNode, DataStorage storage, Configuration conf)
            throws IOException {
        for (StorageLocation location : DataNode.getStorageLocations(conf)) {
            StorageTypes.refuseMemory(location);
        }
        EngineSettings settings = settings(conf);
        checkScan(conf);
        DataNodeParts parts = ReflectionUtils.newInstance(
                conf.getClass(VolsnapKeys.DATANODE_PARTS, DefaultDataNodeParts.class, DataNodeParts.class), conf);
        FsDatasetSpi<FsVolumeImpl> dataset = new FsDatasetFactory().newInstance(dataNode, storage, conf);
        Joining joining = Joining.of(new Nameservices(dataNode), dataset);
        SnapshotPools pools = new SnapshotPools(
                dataset,
                joining.rejoin(),
                pool -> new PoolContext(pool, dataNode, storage, dataset, parts, settings, joining));
        return new MountingDataset(new VolsnapDataset(dataset, pools), dataset, joining.mounts(), pools::serving, conf);
    }

    private static EngineSettings settings(Configuration conf) throws IOException {
        try {
            ChunkGeometry geometry = ChunkGeometry.ofSize(
                    bytes(conf.getTrimmed(VolsnapKeys.CHUNK_SIZE, VolsnapKeys.CHUNK_SIZE_DEFAULT)));
            int inFlight = conf.getInt(VolsnapKeys.COPIES_IN_FLIGHT, VolsnapKeys.COPIES_IN_FLIGHT_DEFAULT);
            return new EngineSettings(
                    geometry,
                    conf.getInt(VolsnapKeys.COPY_THREADS, VolsnapKeys.COPY_THREADS_DEFAULT),
                    inFlight == 0 ? EngineSettings.defaultCopiesInFlight(geometry) : inFlight,
                    bytes(conf.getTrimmed(VolsnapKeys.COPY_RATE, VolsnapKeys.COPY_RATE_DEFAULT)));
        } catch (IllegalArgumentException e) {
            throw new IOException("bad value under dfs.datanode.volsnap: " + e.getMessage(), e);
        }
    }

    /** Each block pool reads them itself; a bad value is to be told at the start. */
    private static void checkScan(Configuration conf) throws IOException {
        try {
            ScanSettings.of(conf);
        } catch (IllegalArgumentException e) {
            throw new IOException("bad value under dfs.datanode.volsnap.scan: " + e.getMessage(), e);
        }
    }

    private static long bytes(String value) {
        return StringUtils.TraditionalBinaryPrefix.string2long(value);
    }
}
