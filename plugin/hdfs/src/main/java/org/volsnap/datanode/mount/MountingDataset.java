/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.mount;

import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeys;
import org.apache.hadoop.fs.StorageType;
import org.apache.hadoop.hdfs.protocol.Block;
import org.apache.hadoop.hdfs.protocol.BlockListAsLongs;
import org.apache.hadoop.hdfs.protocol.BlockLocalPathInfo;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.ReplicaState;
import org.apache.hadoop.hdfs.server.datanode.Replica;
import org.apache.hadoop.hdfs.server.datanode.ReplicaHandler;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInPipeline;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInfo;
import org.apache.hadoop.hdfs.server.datanode.ReplicaNotFoundException;
import org.apache.hadoop.hdfs.server.datanode.UnexpectedReplicaStateException;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi.ScanInfo;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.LengthInputStream;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.ReplicaInputStreams;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsVolumeImpl;
import org.apache.hadoop.hdfs.server.protocol.BlockRecoveryCommand.RecoveringBlock;
import org.apache.hadoop.hdfs.server.protocol.DatanodeStorage;
import org.apache.hadoop.hdfs.server.protocol.ReplicaRecoveryInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.ForwardingDataset;
import org.volsnap.datanode.SnapshotReplicaReader;
import org.volsnap.protocol.VirtualPool;

/**
 * What Hadoop calls: block pools of mounted snapshots are answered here, everything else is handed on. Hadoop's own
 * dataset has these pools too, without a block, for what belongs to storage volumes. What would change a replica is
 * refused, whatever the NameNode of the snapshot says.
 */
public final class MountingDataset extends ForwardingDataset {
    private static final Logger LOG = LoggerFactory.getLogger(MountingDataset.class);

    private final FsDatasetSpi<FsVolumeImpl> hadoop;
    private final MountKeeper keeper;
    private final ServedPools pools;
    private final MountedVolumes volumes;
    private final int maxDataLength;
    private final ConcurrentMap<String, MountedPool> mounted = new ConcurrentHashMap<>();

    /**
     * @param dataset answers for all other block pools
     * @param hadoop Hadoop's own
     * @param keeper knows what is mounted
     */
    public MountingDataset(
            FsDatasetSpi<FsVolumeImpl> dataset,
            FsDatasetSpi<FsVolumeImpl> hadoop,
            MountKeeper keeper,
            ServedPools pools,
            Configuration conf) {
        super(dataset);
        this.hadoop = requireNonNull(hadoop, "hadoop is null");
        this.keeper = requireNonNull(keeper, "keeper is null");
        this.pools = requireNonNull(pools, "pools is null");
        this.volumes = new MountedVolumes(hadoop);
        this.maxDataLength = conf.getInt(
                CommonConfigurationKeys.IPC_MAXIMUM_DATA_LENGTH,
                CommonConfigurationKeys.IPC_MAXIMUM_DATA_LENGTH_DEFAULT);
    }

    private static boolean isMounted(String blockPoolId) {
        return VirtualPool.isVirtual(blockPoolId);
    }

    private static boolean isMounted(ExtendedBlock block) {
        return isMounted(block.getBlockPoolId());
    }

    private MountedPool pool(String blockPoolId) throws IOException {
        MountedPool pool = mounted.get(blockPoolId);
        if (pool == null) {
            throw new IOException("block pool " + blockPoolId + " is not mounted on this DataNode");
        }
        return pool;
    }

    private MountedPool pool(ExtendedBlock block) throws IOException {
        return pool(block.getBlockPoolId());
    }

    /** Lets pass what is not about a mounted snapshot. */
    private static void refuseChange(String blockPoolId, String call) throws IOException {
        if (isMounted(blockPoolId)) {
            throw new IOException(
                    call + " is refused: block pool " + blockPoolId + " is a mounted snapshot, read-only");
        }
    }

    private static void refuseChange(ExtendedBlock block, String call) throws IOException {
        refuseChange(block.getBlockPoolId(), call);
    }

    // ---- block pools come and go

    @Override
    public void addBlockPool(String blockPoolId, Configuration conf) throws IOException {
        if (!isMounted(blockPoolId)) {
            super.addBlockPool(blockPoolId, conf);
            return;
        }
        Mount mount = keeper.find(blockPoolId)
                .orElseThrow(() -> new IOException("no snapshot is mounted as block pool " + blockPoolId));
        hadoop.addBlockPool(blockPoolId, conf);
        mounted.put(blockPoolId, new MountedPool(mount, pools));
    }

    @Override
    public void shutdownBlockPool(String blockPoolId) {
        if (isMounted(blockPoolId)) {
            mounted.remove(blockPoolId);
            hadoop.shutdownBlockPool(blockPoolId);
        } else {
            super.shutdownBlockPool(blockPoolId);
        }
    }

    @Override
    public void deleteBlockPool(String blockPoolId, boolean force) throws IOException {
        if (isMounted(blockPoolId)) {
            hadoop.deleteBlockPool(blockPoolId, force);
        } else {
            super.deleteBlockPool(blockPoolId, force);
        }
    }

    // ---- replicas are reported and read

    @Override
    public Map<DatanodeStorage, BlockListAsLongs> getBlockReports(String blockPoolId) {
        if (!isMounted(blockPoolId)) {
            return super.getBlockReports(blockPoolId);
        }
        try {
            Mount mount = pool(blockPoolId).mount();
            Map<DatanodeStorage, BlockListAsLongs> live = super.getBlockReports(mount.realPool());
            return new MountedReport(pools.serving(mount.realPool()).engine(), mount.snapshot(), maxDataLength)
                    .of(live);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Hadoop's service actor logs it and comes back
        }
    }

    @Override
    @Deprecated
    public Replica getReplica(String blockPoolId, long blockId) {
        return isMounted(blockPoolId) ? find(blockPoolId, blockId) : super.getReplica(blockPoolId, blockId);
    }

    /** Null when it is not here, as Hadoop has it; also when that can't be said. */
    @SuppressWarnings("NullAway") // the interface knows no annotations
    private SnapshotReplica find(String blockPoolId, long blockId) {
        try {
            MountedPool pool = pool(blockPoolId);
            Optional<SnapshotReplicaReader> found = pool.find(blockId);
            return found.map(reader -> SnapshotReplica.of(reader, volumes.of(pool.mount(), blockId)))
                    .orElse(null);
        } catch (IOException e) {
            LOG.info("{}: blk_{} can't be read now: {}", blockPoolId, blockId, e.toString());
            return null;
        }
    }

    @Override
    public String getReplicaString(String blockPoolId, long blockId) {
        return isMounted(blockPoolId)
                ? String.valueOf(find(blockPoolId, blockId))
                : super.getReplicaString(blockPoolId, blockId);
    }

    @Override
    @SuppressWarnings("NullAway") // the interface knows no annotations
    public Block getStoredBlock(String blockPoolId, long blockId) throws IOException {
        if (!isMounted(blockPoolId)) {
            return super.getStoredBlock(blockPoolId, blockId);
        }
        return pool(blockPoolId)
                .find(blockId)
                .map(reader -> new Block(blockId, reader.length(), reader.key().stamp()))
                .orElse(null);
    }

    /** Null when the pool is not mounted, as Hadoop has it. */
    @Override
    @SuppressWarnings("NullAway") // the interface knows no annotations
    public FsVolumeImpl getVolume(ExtendedBlock block) {
        if (!isMounted(block)) {
            return super.getVolume(block);
        }
        MountedPool pool = mounted.get(block.getBlockPoolId());
        return pool == null ? null : volumes.of(pool.mount(), block.getBlockId());
    }

    @Override
    public LengthInputStream getMetaDataInputStream(ExtendedBlock block) throws IOException {
        return isMounted(block) ? pool(block).meta(block) : super.getMetaDataInputStream(block);
    }

    /** Never a file, so that Hadoop answers who asks for file descriptors that there are none. */
    @Override
    public InputStream getBlockInputStream(ExtendedBlock block, long seekOffset) throws IOException {
        return isMounted(block) ? pool(block).data(block, seekOffset) : super.getBlockInputStream(block, seekOffset);
    }

    @Override
    public long getLength(ExtendedBlock block) throws IOException {
        return isMounted(block) ? pool(block).open(block).length() : super.getLength(block);
    }

    @Override
    public long getReplicaVisibleLength(ExtendedBlock block) throws IOException {
        return isMounted(block) ? pool(block).open(block).length() : super.getReplicaVisibleLength(block);
    }

    @Override
    public boolean contains(ExtendedBlock block) {
        return isMounted(block) ? isHere(block) : super.contains(block);
    }

    @Override
    public boolean isValidBlock(ExtendedBlock block) {
        return isMounted(block) ? isHere(block) : super.isValidBlock(block);
    }

    private boolean isHere(ExtendedBlock block) {
        try {
            pool(block).open(block);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public boolean isValidRbw(ExtendedBlock block) {
        return !isMounted(block) && super.isValidRbw(block);
    }

    @Override
    public void checkBlock(ExtendedBlock block, long minLength, ReplicaState state) throws IOException {
        if (!isMounted(block)) {
            super.checkBlock(block, minLength, state);
            return;
        }
        if (state != ReplicaState.FINALIZED) {
            throw new UnexpectedReplicaStateException(block, state);
        }
        if (pool(block).open(block).length() < minLength) {
            throw new EOFException(block + " is shorter than " + minLength + " bytes");
        }
    }

    /** Where the files of a mounted snapshot's replica lie is nobody's business: there may be none of its own. */
    @Override
    public BlockLocalPathInfo getBlockLocalPathInfo(ExtendedBlock block) throws IOException {
        if (isMounted(block)) {
            throw new ReplicaNotFoundException("the replicas of a mounted snapshot have no path: " + block);
        }
        return super.getBlockLocalPathInfo(block);
    }

    @Override
    public boolean getPinning(ExtendedBlock block) throws IOException {
        return !isMounted(block) && super.getPinning(block);
    }

    // ---- left out: it is about memory, or about what is on the disks of the pool

    @Override
    public void invalidateMissingBlock(String blockPoolId, Block block) throws IOException {
        if (!isMounted(blockPoolId)) {
            super.invalidateMissingBlock(blockPoolId, block);
        }
    }

    @Override
    public void cache(String blockPoolId, long[] blockIds) {
        if (!isMounted(blockPoolId)) {
            super.cache(blockPoolId, blockIds);
        }
    }

    @Override
    public void uncache(String blockPoolId, long[] blockIds) {
        if (!isMounted(blockPoolId)) {
            super.uncache(blockPoolId, blockIds);
        }
    }

    @Override
    public void checkAndUpdate(String blockPoolId, ScanInfo info) throws IOException {
        if (!isMounted(blockPoolId)) {
            super.checkAndUpdate(blockPoolId, info);
        }
    }

    // ---- refused

    @Override
    public ReplicaInputStreams getTmpInputStreams(ExtendedBlock block, long blockOffset, long metaOffset)
            throws IOException {
        refuseChange(block, "getTmpInputStreams");
        return super.getTmpInputStreams(block, blockOffset, metaOffset);
    }

    @Override
    public ReplicaHandler createTemporary(
            StorageType storageType, String storageId, ExtendedBlock block, boolean isTransfer) throws IOException {
        refuseChange(block, "createTemporary");
        return super.createTemporary(storageType, storageId, block, isTransfer);
    }

    @Override
    public ReplicaHandler createRbw(
            StorageType storageType, String storageId, ExtendedBlock block, boolean allowLazyPersist)
            throws IOException {
        refuseChange(block, "createRbw");
        return super.createRbw(storageType, storageId, block, allowLazyPersist);
    }

    @Override
    public ReplicaHandler createRbw(
            StorageType storageType, String storageId, ExtendedBlock block, boolean allowLazyPersist, long newStamp)
            throws IOException {
        refuseChange(block, "createRbw");
        return super.createRbw(storageType, storageId, block, allowLazyPersist, newStamp);
    }

    @Override
    public ReplicaHandler recoverRbw(ExtendedBlock block, long newStamp, long minBytesRcvd, long maxBytesRcvd)
            throws IOException {
        refuseChange(block, "recoverRbw");
        return super.recoverRbw(block, newStamp, minBytesRcvd, maxBytesRcvd);
    }

    @Override
    public ReplicaInPipeline convertTemporaryToRbw(ExtendedBlock temporary) throws IOException {
        refuseChange(temporary, "convertTemporaryToRbw");
        return super.convertTemporaryToRbw(temporary);
    }

    @Override
    public ReplicaHandler append(ExtendedBlock block, long newStamp, long expectedBlockLen) throws IOException {
        refuseChange(block, "append");
        return super.append(block, newStamp, expectedBlockLen);
    }

    @Override
    public ReplicaHandler recoverAppend(ExtendedBlock block, long newStamp, long expectedBlockLen) throws IOException {
        refuseChange(block, "recoverAppend");
        return super.recoverAppend(block, newStamp, expectedBlockLen);
    }

    @Override
    public Replica recoverClose(ExtendedBlock block, long newStamp, long expectedBlockLen) throws IOException {
        refuseChange(block, "recoverClose");
        return super.recoverClose(block, newStamp, expectedBlockLen);
    }

    @Override
    public void finalizeBlock(ExtendedBlock block, boolean fsyncDir) throws IOException {
        refuseChange(block, "finalizeBlock");
        super.finalizeBlock(block, fsyncDir);
    }

    @Override
    public void unfinalizeBlock(ExtendedBlock block) throws IOException {
        refuseChange(block, "unfinalizeBlock");
        super.unfinalizeBlock(block);
    }

    @Override
    public void invalidate(String blockPoolId, Block[] blocks) throws IOException {
        refuseChange(blockPoolId, "invalidate");
        super.invalidate(blockPoolId, blocks);
    }

    @Override
    public ReplicaRecoveryInfo initReplicaRecovery(RecoveringBlock recovering) throws IOException {
        refuseChange(recovering.getBlock(), "initReplicaRecovery");
        return super.initReplicaRecovery(recovering);
    }

    @Override
    public Replica updateReplicaUnderRecovery(ExtendedBlock oldBlock, long recoveryId, long newBlockId, long newLength)
            throws IOException {
        refuseChange(oldBlock, "updateReplicaUnderRecovery");
        return super.updateReplicaUnderRecovery(oldBlock, recoveryId, newBlockId, newLength);
    }

    @Override
    public ReplicaInfo moveBlockAcrossStorage(ExtendedBlock block, StorageType targetStorageType, String storageId)
            throws IOException {
        refuseChange(block, "moveBlockAcrossStorage");
        return super.moveBlockAcrossStorage(block, targetStorageType, storageId);
    }

    @Override
    public ReplicaInfo moveBlockAcrossVolumes(ExtendedBlock block, FsVolumeSpi destination) throws IOException {
        refuseChange(block, "moveBlockAcrossVolumes");
        return super.moveBlockAcrossVolumes(block, destination);
    }

    @Override
    public void setPinning(ExtendedBlock block) throws IOException {
        refuseChange(block, "setPinning");
        super.setPinning(block);
    }
}
