/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.StorageType;
import org.apache.hadoop.hdfs.protocol.Block;
import org.apache.hadoop.hdfs.protocol.BlockListAsLongs;
import org.apache.hadoop.hdfs.protocol.BlockLocalPathInfo;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.server.common.AutoCloseDataSetLock;
import org.apache.hadoop.hdfs.server.common.DataNodeLockManager;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.ReplicaState;
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
import org.apache.hadoop.hdfs.server.datanode.fsdataset.ReplicaOutputStreams;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsVolumeImpl;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.MountVolumeMap;
import org.apache.hadoop.hdfs.server.protocol.BlockRecoveryCommand.RecoveringBlock;
import org.apache.hadoop.hdfs.server.protocol.DatanodeStorage;
import org.apache.hadoop.hdfs.server.protocol.NamespaceInfo;
import org.apache.hadoop.hdfs.server.protocol.ReplicaRecoveryInfo;
import org.apache.hadoop.hdfs.server.protocol.StorageReport;
import org.apache.hadoop.hdfs.server.protocol.VolumeFailureSummary;

/**
 * Hands every call of Hadoop's dataset on, unchanged. Written out, not a dynamic proxy: a method that a Hadoop version
 * adds fails the build, and callers see Hadoop's own throwables, on whose classes they branch.
 */
@SuppressWarnings("deprecation")
public abstract class ForwardingDataset extends ForwardingDatasetMBean implements FsDatasetSpi<FsVolumeImpl> {
    private final FsDatasetSpi<FsVolumeImpl> delegate;

    protected ForwardingDataset(FsDatasetSpi<FsVolumeImpl> delegate) {
        super(delegate);
        this.delegate = delegate;
    }

    /** What calls are handed on to. */
    protected FsDatasetSpi<FsVolumeImpl> delegate() {
        return delegate;
    }

    @Override
    public FsVolumeReferences getFsVolumeReferences() {
        return delegate.getFsVolumeReferences();
    }

    @Override
    public void addVolume(StorageLocation location, List<NamespaceInfo> namespaces) throws IOException {
        delegate.addVolume(location, namespaces);
    }

    @Override
    public void removeVolumes(Collection<StorageLocation> volumes, boolean clearFailure) {
        delegate.removeVolumes(volumes, clearFailure);
    }

    @Override
    public DatanodeStorage getStorage(String storageUuid) {
        return delegate.getStorage(storageUuid);
    }

    @Override
    public StorageReport[] getStorageReports(String blockPoolId) throws IOException {
        return delegate.getStorageReports(blockPoolId);
    }

    @Override
    public FsVolumeImpl getVolume(ExtendedBlock block) {
        return delegate.getVolume(block);
    }

    @Override
    public Map<String, Object> getVolumeInfoMap() {
        return delegate.getVolumeInfoMap();
    }

    @Override
    public VolumeFailureSummary getVolumeFailureSummary() {
        return delegate.getVolumeFailureSummary();
    }

    @Override
    public List<ReplicaInfo> getFinalizedBlocks(String blockPoolId) {
        return delegate.getFinalizedBlocks(blockPoolId);
    }

    @Override
    public void checkAndUpdate(String blockPoolId, ScanInfo info) throws IOException {
        delegate.checkAndUpdate(blockPoolId, info);
    }

    @Override
    public LengthInputStream getMetaDataInputStream(ExtendedBlock block) throws IOException {
        return delegate.getMetaDataInputStream(block);
    }

    @Override
    public long getLength(ExtendedBlock block) throws IOException {
        return delegate.getLength(block);
    }

    @Override
    @Deprecated
    public Replica getReplica(String blockPoolId, long blockId) {
        return delegate.getReplica(blockPoolId, blockId);
    }

    @Override
    public String getReplicaString(String blockPoolId, long blockId) {
        return delegate.getReplicaString(blockPoolId, blockId);
    }

    @Override
    public Block getStoredBlock(String blockPoolId, long blockId) throws IOException {
        return delegate.getStoredBlock(blockPoolId, blockId);
    }

    @Override
    public InputStream getBlockInputStream(ExtendedBlock block, long seekOffset) throws IOException {
        return delegate.getBlockInputStream(block, seekOffset);
    }

    @Override
    public ReplicaInputStreams getTmpInputStreams(ExtendedBlock block, long blockOffset, long metaOffset)
            throws IOException {
        return delegate.getTmpInputStreams(block, blockOffset, metaOffset);
    }

    @Override
    public ReplicaHandler createTemporary(
            StorageType storageType, String storageId, ExtendedBlock block, boolean isTransfer) throws IOException {
        return delegate.createTemporary(storageType, storageId, block, isTransfer);
    }

    @Override
    public ReplicaHandler createRbw(
            StorageType storageType, String storageId, ExtendedBlock block, boolean allowLazyPersist)
            throws IOException {
        return delegate.createRbw(storageType, storageId, block, allowLazyPersist);
    }

    @Override
    public ReplicaHandler createRbw(
            StorageType storageType, String storageId, ExtendedBlock block, boolean allowLazyPersist, long newStamp)
            throws IOException {
        return delegate.createRbw(storageType, storageId, block, allowLazyPersist, newStamp);
    }

    @Override
    public ReplicaHandler recoverRbw(ExtendedBlock block, long newStamp, long minBytesRcvd, long maxBytesRcvd)
            throws IOException {
        return delegate.recoverRbw(block, newStamp, minBytesRcvd, maxBytesRcvd);
    }

    @Override
    public ReplicaInPipeline convertTemporaryToRbw(ExtendedBlock temporary) throws IOException {
        return delegate.convertTemporaryToRbw(temporary);
    }

    @Override
    public ReplicaHandler append(ExtendedBlock block, long newStamp, long expectedBlockLen) throws IOException {
        return delegate.append(block, newStamp, expectedBlockLen);
    }

    @Override
    public ReplicaHandler recoverAppend(ExtendedBlock block, long newStamp, long expectedBlockLen) throws IOException {
        return delegate.recoverAppend(block, newStamp, expectedBlockLen);
    }

    @Override
    public Replica recoverClose(ExtendedBlock block, long newStamp, long expectedBlockLen) throws IOException {
        return delegate.recoverClose(block, newStamp, expectedBlockLen);
    }

    @Override
    public void finalizeBlock(ExtendedBlock block, boolean fsyncDir) throws IOException {
        delegate.finalizeBlock(block, fsyncDir);
    }

    @Override
    public void unfinalizeBlock(ExtendedBlock block) throws IOException {
        delegate.unfinalizeBlock(block);
    }

    @Override
    public Map<DatanodeStorage, BlockListAsLongs> getBlockReports(String blockPoolId) {
        return delegate.getBlockReports(blockPoolId);
    }

    @Override
    public List<Long> getCacheReport(String blockPoolId) {
        return delegate.getCacheReport(blockPoolId);
    }

    @Override
    public boolean contains(ExtendedBlock block) {
        return delegate.contains(block);
    }

    @Override
    public void checkBlock(ExtendedBlock block, long minLength, ReplicaState state) throws IOException {
        delegate.checkBlock(block, minLength, state);
    }

    @Override
    public boolean isValidBlock(ExtendedBlock block) {
        return delegate.isValidBlock(block);
    }

    @Override
    public boolean isValidRbw(ExtendedBlock block) {
        return delegate.isValidRbw(block);
    }

    @Override
    public void invalidate(String blockPoolId, Block[] blocks) throws IOException {
        delegate.invalidate(blockPoolId, blocks);
    }

    @Override
    public void invalidateMissingBlock(String blockPoolId, Block block) throws IOException {
        delegate.invalidateMissingBlock(blockPoolId, block);
    }

    @Override
    public void cache(String blockPoolId, long[] blockIds) {
        delegate.cache(blockPoolId, blockIds);
    }

    @Override
    public void uncache(String blockPoolId, long[] blockIds) {
        delegate.uncache(blockPoolId, blockIds);
    }

    @Override
    public boolean isCached(String blockPoolId, long blockId) {
        return delegate.isCached(blockPoolId, blockId);
    }

    @Override
    public void handleVolumeFailures(Set<FsVolumeSpi> failedVolumes) {
        delegate.handleVolumeFailures(failedVolumes);
    }

    @Override
    public void shutdown() {
        delegate.shutdown();
    }

    @Override
    public void adjustCrcChannelPosition(ExtendedBlock block, ReplicaOutputStreams outs, int checksumSize)
            throws IOException {
        delegate.adjustCrcChannelPosition(block, outs, checksumSize);
    }

    @Override
    public boolean hasEnoughResource() {
        return delegate.hasEnoughResource();
    }

    @Override
    public long getReplicaVisibleLength(ExtendedBlock block) throws IOException {
        return delegate.getReplicaVisibleLength(block);
    }

    @Override
    public ReplicaRecoveryInfo initReplicaRecovery(RecoveringBlock recovering) throws IOException {
        return delegate.initReplicaRecovery(recovering);
    }

    @Override
    public Replica updateReplicaUnderRecovery(ExtendedBlock oldBlock, long recoveryId, long newBlockId, long newLength)
            throws IOException {
        return delegate.updateReplicaUnderRecovery(oldBlock, recoveryId, newBlockId, newLength);
    }

    @Override
    public void addBlockPool(String blockPoolId, Configuration conf) throws IOException {
        delegate.addBlockPool(blockPoolId, conf);
    }

    @Override
    public void shutdownBlockPool(String blockPoolId) {
        delegate.shutdownBlockPool(blockPoolId);
    }

    @Override
    public void deleteBlockPool(String blockPoolId, boolean force) throws IOException {
        delegate.deleteBlockPool(blockPoolId, force);
    }

    @Override
    public BlockLocalPathInfo getBlockLocalPathInfo(ExtendedBlock block) throws IOException {
        return delegate.getBlockLocalPathInfo(block);
    }

    @Override
    public void enableTrash(String blockPoolId) {
        delegate.enableTrash(blockPoolId);
    }

    @Override
    public void clearTrash(String blockPoolId) {
        delegate.clearTrash(blockPoolId);
    }

    @Override
    public boolean trashEnabled(String blockPoolId) {
        return delegate.trashEnabled(blockPoolId);
    }

    @Override
    public void setRollingUpgradeMarker(String blockPoolId) throws IOException {
        delegate.setRollingUpgradeMarker(blockPoolId);
    }

    @Override
    public void clearRollingUpgradeMarker(String blockPoolId) throws IOException {
        delegate.clearRollingUpgradeMarker(blockPoolId);
    }

    @Override
    public void submitBackgroundSyncFileRangeRequest(
            ExtendedBlock block, ReplicaOutputStreams outs, long offset, long nbytes, int flags) {
        delegate.submitBackgroundSyncFileRangeRequest(block, outs, offset, nbytes, flags);
    }

    @Override
    public void onCompleteLazyPersist(
            String blockPoolId, long blockId, long creationTime, File[] savedFiles, FsVolumeImpl targetVolume) {
        delegate.onCompleteLazyPersist(blockPoolId, blockId, creationTime, savedFiles, targetVolume);
    }

    @Override
    public void onFailLazyPersist(String blockPoolId, long blockId) {
        delegate.onFailLazyPersist(blockPoolId, blockId);
    }

    @Override
    public ReplicaInfo moveBlockAcrossStorage(ExtendedBlock block, StorageType targetStorageType, String storageId)
            throws IOException {
        return delegate.moveBlockAcrossStorage(block, targetStorageType, storageId);
    }

    @Override
    public void setPinning(ExtendedBlock block) throws IOException {
        delegate.setPinning(block);
    }

    @Override
    public boolean getPinning(ExtendedBlock block) throws IOException {
        return delegate.getPinning(block);
    }

    @Override
    public boolean isDeletingBlock(String blockPoolId, long blockId) {
        return delegate.isDeletingBlock(blockPoolId, blockId);
    }

    @Override
    public ReplicaInfo moveBlockAcrossVolumes(ExtendedBlock block, FsVolumeSpi destination) throws IOException {
        return delegate.moveBlockAcrossVolumes(block, destination);
    }

    @Override
    public DataNodeLockManager<? extends AutoCloseDataSetLock> acquireDatasetLockManager() {
        return delegate.acquireDatasetLockManager();
    }

    @Override
    public Set<? extends Replica> deepCopyReplica(String blockPoolId) throws IOException {
        return delegate.deepCopyReplica(blockPoolId);
    }

    @Override
    public MountVolumeMap getMountVolumeMap() throws IOException {
        return delegate.getMountVolumeMap();
    }

    @Override
    public List<FsVolumeImpl> getVolumeList() {
        return delegate.getVolumeList();
    }

    @Override
    public void setLastDirScannerFinishTime(long time) {
        delegate.setLastDirScannerFinishTime(time);
    }
}
