/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.StorageType;
import org.apache.hadoop.hdfs.protocol.Block;
import org.apache.hadoop.hdfs.protocol.BlockListAsLongs;
import org.apache.hadoop.hdfs.protocol.BlockLocalPathInfo;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.server.datanode.Replica;
import org.apache.hadoop.hdfs.server.datanode.ReplicaHandler;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInPipeline;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInfo;
import org.apache.hadoop.hdfs.server.datanode.StorageLocation;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi.ScanInfo;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.LengthInputStream;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.ReplicaInputStreams;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.AddBlockPoolException;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsVolumeImpl;
import org.apache.hadoop.hdfs.server.protocol.BlockRecoveryCommand.RecoveringBlock;
import org.apache.hadoop.hdfs.server.protocol.DatanodeStorage;
import org.apache.hadoop.hdfs.server.protocol.NamespaceInfo;
import org.apache.hadoop.hdfs.server.protocol.ReplicaRecoveryInfo;
import org.volsnap.datanode.AdmissionGate.Pass;
import org.volsnap.engine.OriginChange;

/**
 * Hadoop's dataset with snapshots: each call that changes, adds or removes replicas is let in (or refused), preserved
 * for the snapshots, and then handed on. The rows of the table in {@code docs/architecture.md} are the methods of this
 * class. What is at risk in each is said in {@link ReplicaPreserver}.
 */
final class VolsnapDataset extends ForwardingDataset {
    private final SnapshotPools pools;

    VolsnapDataset(FsDatasetSpi<FsVolumeImpl> delegate, SnapshotPools pools) {
        super(delegate);
        this.pools = requireNonNull(pools, "pools is null");
    }

    // ---- block pools and storage volumes come and go

    @Override
    public void addBlockPool(String blockPoolId, Configuration conf) throws IOException {
        SnapshotPool pool = pools.open(blockPoolId);
        AddBlockPoolException failures = pool.failures();
        try {
            DuplicateReplicas.preserve(pool);
            super.addBlockPool(blockPoolId, conf);
        } catch (AddBlockPoolException e) {
            // Some storage volumes failed; Hadoop goes on with the others.
            failures.mergeException(e);
        } catch (IOException | RuntimeException e) {
            pools.close(blockPoolId);
            throw e;
        }
        pool.seedOpenReplicas();
        pool.follower().afterScan();
        if (failures.hasExceptions()) {
            throw failures;
        }
    }

    @Override
    public void shutdownBlockPool(String blockPoolId) {
        super.shutdownBlockPool(blockPoolId);
        pools.close(blockPoolId);
    }

    @Override
    public void addVolume(StorageLocation location, List<NamespaceInfo> namespaces) throws IOException {
        StorageTypes.refuseMemory(location);
        pools.beforeAddVolume(location);
        try {
            super.addVolume(location, namespaces);
        } catch (IOException | RuntimeException e) {
            pools.removeVolumes(List.of(location));
            throw e;
        }
        pools.afterAddVolume();
    }

    @Override
    public void removeVolumes(Collection<StorageLocation> locations, boolean clearFailure) {
        super.removeVolumes(locations, clearFailure);
        pools.removeVolumes(locations);
    }

    @Override
    public void shutdown() {
        super.shutdown();
        pools.close();
    }

    // ---- replicas begin

    @Override
    public ReplicaHandler createRbw(
            StorageType storageType, String storageId, ExtendedBlock block, boolean allowLazyPersist)
            throws IOException {
        return createRbw(storageType, storageId, block, allowLazyPersist, 0);
    }

    @Override
    public ReplicaHandler createRbw(
            StorageType storageType, String storageId, ExtendedBlock block, boolean allowLazyPersist, long newStamp)
            throws IOException {
        SnapshotPool pool = pools.of(block.getBlockPoolId());
        long stamp = Math.max(newStamp, block.getGenerationStamp());
        try (Pass pass = pool.enter("createRbw", block.getBlockId(), stamp);
                OpenReplicas.Call start = pool.open().start(block.getBlockId());
                OriginChange change = pool.preserver().beforeCreate(block.getBlockId(), newStamp)) {
            ReplicaHandler created = super.createRbw(storageType, storageId, block, allowLazyPersist, newStamp);
            try {
                pool.preserver().recordCreated(created.getReplica().getReplicaInfo());
            } catch (InterruptedIOException e) {
                created.close(); // the writer will never come; the replica is pruned or recovered as any other
                throw e;
            }
            return created;
        }
    }

    @Override
    public ReplicaHandler createTemporary(
            StorageType storageType, String storageId, ExtendedBlock block, boolean isTransfer) throws IOException {
        SnapshotPool pool = pools.of(block.getBlockPoolId());
        try (Pass pass = pool.enter("createTemporary", block.getBlockId(), block.getGenerationStamp())) {
            pool.preserver().beforeCreateTemporary(block.getLocalBlock(), isTransfer);
            return super.createTemporary(storageType, storageId, block, isTransfer);
        }
    }

    @Override
    public ReplicaInPipeline convertTemporaryToRbw(ExtendedBlock temporary) throws IOException {
        SnapshotPool pool = pools.of(temporary.getBlockPoolId());
        try (Pass pass = pool.enter("convertTemporaryToRbw", temporary.getBlockId(), temporary.getGenerationStamp());
                OpenReplicas.Call start = pool.open().start(temporary.getBlockId())) {
            ReplicaInPipeline opened = super.convertTemporaryToRbw(temporary);
            pool.preserver().recordCreated(opened.getReplicaInfo());
            return opened;
        }
    }

    // ---- replicas are opened again

    @Override
    public ReplicaHandler append(ExtendedBlock block, long newStamp, long expectedBlockLen) throws IOException {
        SnapshotPool pool = pools.of(block.getBlockPoolId());
        try (Pass pass = pool.enter("append", block.getBlockId(), newStamp);
                OpenReplicas.Call start = pool.open().start(block.getBlockId());
                OriginChange change = pool.preserver().beforeAppend(block.getBlockId(), newStamp)) {
            return super.append(block, newStamp, expectedBlockLen);
        }
    }

    @Override
    public ReplicaHandler recoverAppend(ExtendedBlock block, long newStamp, long expectedBlockLen) throws IOException {
        SnapshotPool pool = pools.of(block.getBlockPoolId());
        try (Pass pass = pool.enter("recoverAppend", block.getBlockId(), newStamp);
                OpenReplicas.Call start = pool.open().start(block.getBlockId());
                OriginChange change = pool.preserver().beforeAppend(block.getBlockId(), newStamp)) {
            return super.recoverAppend(block, newStamp, expectedBlockLen);
        }
    }

    @Override
    public ReplicaHandler recoverRbw(ExtendedBlock block, long newStamp, long minBytesRcvd, long maxBytesRcvd)
            throws IOException {
        SnapshotPool pool = pools.of(block.getBlockPoolId());
        try (Pass pass = pool.enter("recoverRbw", block.getBlockId(), newStamp);
                OpenReplicas.Call start = pool.open().start(block.getBlockId());
                OriginChange change = pool.preserver().beforeRecoverRbw(block.getBlockId(), newStamp)) {
            return super.recoverRbw(block, newStamp, minBytesRcvd, maxBytesRcvd);
        }
    }

    // ---- replicas are closed

    @Override
    public Replica recoverClose(ExtendedBlock block, long newStamp, long expectedBlockLen) throws IOException {
        SnapshotPool pool = pools.of(block.getBlockPoolId());
        Runnable ended = pool.open().end(block.getBlockId());
        try (Pass pass = pool.enter("recoverClose", block.getBlockId(), newStamp);
                OriginChange change = pool.preserver().beforeRecoverClose(block.getBlockId(), newStamp)) {
            Replica closed = super.recoverClose(block, newStamp, expectedBlockLen);
            ended.run();
            return closed;
        }
    }

    @Override
    public void finalizeBlock(ExtendedBlock block, boolean fsyncDir) throws IOException {
        SnapshotPool pool = pools.of(block.getBlockPoolId());
        Runnable ended = pool.open().end(block.getBlockId());
        try (Pass pass = pool.enter("finalizeBlock", block.getBlockId(), block.getGenerationStamp())) {
            super.finalizeBlock(block, fsyncDir);
            ended.run();
        }
    }

    @Override
    public ReplicaRecoveryInfo initReplicaRecovery(RecoveringBlock recovering) throws IOException {
        ExtendedBlock block = recovering.getBlock();
        SnapshotPool pool = pools.of(block.getBlockPoolId());
        try (Pass pass = pool.enter("initReplicaRecovery", block.getBlockId(), recovering.getNewGenerationStamp())) {
            return super.initReplicaRecovery(recovering);
        }
    }

    @Override
    public Replica updateReplicaUnderRecovery(ExtendedBlock oldBlock, long recoveryId, long newBlockId, long newLength)
            throws IOException {
        SnapshotPool pool = pools.of(oldBlock.getBlockPoolId());
        Runnable ended = pool.open().end(oldBlock.getBlockId());
        try (Pass pass = pool.enter(
                        "updateReplicaUnderRecovery", Math.max(newBlockId, oldBlock.getBlockId()), recoveryId);
                OriginChange change =
                        pool.preserver().beforeUpdate(oldBlock.getLocalBlock(), recoveryId, newBlockId, newLength)) {
            Replica updated = super.updateReplicaUnderRecovery(oldBlock, recoveryId, newBlockId, newLength);
            ended.run();
            return updated;
        }
    }

    // ---- replicas go, or move

    @Override
    public void invalidate(String blockPoolId, Block[] blocks) throws IOException {
        SnapshotPool pool = pools.of(blockPoolId);
        pool.follower().checkServing();
        Optional<Pass> admitted = pool.enterDelete(blocks);
        if (admitted.isEmpty()) {
            return;
        }
        try (Pass pass = admitted.get();
                OriginChange change = pool.preserver().beforeInvalidate(blocks)) {
            super.invalidate(blockPoolId, blocks);
        }
    }

    /** A scan that meets a closed pool goes on without it: what it found may be the rollback's work half done. */
    @Override
    public void checkAndUpdate(String blockPoolId, ScanInfo info) throws IOException {
        SnapshotPool pool = pools.find(blockPoolId).orElse(null);
        Optional<Pass> admitted =
                pool == null ? Optional.empty() : pool.enterIfOpen("checkAndUpdate", info.getBlockId());
        if (pool == null || admitted.isEmpty()) {
            return;
        }
        try (Pass pass = admitted.get()) {
            DuplicateReplicas.preserve(pool, info);
            super.checkAndUpdate(blockPoolId, info);
        }
    }

    @Override
    public void deleteBlockPool(String blockPoolId, boolean force) throws IOException {
        if (!force) {
            pools.refuseIfContent(blockPoolId);
        }
        super.deleteBlockPool(blockPoolId, force);
    }

    /** Same id, stamp and bytes: nothing to preserve. */
    @Override
    public ReplicaInfo moveBlockAcrossStorage(ExtendedBlock block, StorageType targetStorageType, String storageId)
            throws IOException {
        try (Pass pass = pools.of(block.getBlockPoolId()).enter("move", block.getBlockId(), 0)) {
            return super.moveBlockAcrossStorage(block, targetStorageType, storageId);
        }
    }

    /** Same id, stamp and bytes: nothing to preserve. */
    @Override
    public ReplicaInfo moveBlockAcrossVolumes(ExtendedBlock block, FsVolumeSpi destination) throws IOException {
        try (Pass pass = pools.of(block.getBlockPoolId()).enter("move", block.getBlockId(), 0)) {
            return super.moveBlockAcrossVolumes(block, destination);
        }
    }

    // ---- replicas are reported and read

    @Override
    public Map<DatanodeStorage, BlockListAsLongs> getBlockReports(String blockPoolId) {
        try {
            pools.of(blockPoolId).follower().confirmBeforeReport();
        } catch (IOException e) {
            // Hadoop's service actor logs it and comes back; a report now could make the NameNode delete good replicas.
            throw new UncheckedIOException(e);
        }
        return super.getBlockReports(blockPoolId);
    }

    @Override
    public InputStream getBlockInputStream(ExtendedBlock block, long seekOffset) throws IOException {
        checkServing(block);
        return super.getBlockInputStream(block, seekOffset);
    }

    @Override
    public ReplicaInputStreams getTmpInputStreams(ExtendedBlock block, long blockOffset, long metaOffset)
            throws IOException {
        checkServing(block);
        return super.getTmpInputStreams(block, blockOffset, metaOffset);
    }

    @Override
    public LengthInputStream getMetaDataInputStream(ExtendedBlock block) throws IOException {
        checkServing(block);
        return super.getMetaDataInputStream(block);
    }

    @Override
    public BlockLocalPathInfo getBlockLocalPathInfo(ExtendedBlock block) throws IOException {
        checkServing(block);
        return super.getBlockLocalPathInfo(block);
    }

    @Override
    public long getReplicaVisibleLength(ExtendedBlock block) throws IOException {
        checkServing(block);
        return super.getReplicaVisibleLength(block);
    }

    private void checkServing(ExtendedBlock block) throws IOException {
        pools.of(block.getBlockPoolId()).follower().checkServing();
    }
}
