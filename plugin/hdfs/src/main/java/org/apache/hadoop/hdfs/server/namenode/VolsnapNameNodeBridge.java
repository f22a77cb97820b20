/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.apache.hadoop.hdfs.server.namenode;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BatchedRemoteIterator.BatchedEntries;
import org.apache.hadoop.fs.XAttr;
import org.apache.hadoop.fs.XAttrSetFlag;
import org.apache.hadoop.hdfs.XAttrHelper;
import org.apache.hadoop.hdfs.protocol.Block;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.DatanodeReportType;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.SafeModeAction;
import org.apache.hadoop.hdfs.protocol.OpenFileEntry;
import org.apache.hadoop.hdfs.protocol.OpenFilesIterator;
import org.apache.hadoop.hdfs.protocol.OpenFilesIterator.OpenFilesType;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockIdManager;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockInfo;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockInfoStriped;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockInfoStriped.StorageAndBlockIndex;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockManager;
import org.apache.hadoop.hdfs.server.blockmanagement.DatanodeDescriptor;
import org.apache.hadoop.hdfs.server.blockmanagement.DatanodeStorageInfo;
import org.apache.hadoop.hdfs.server.namenode.snapshot.Snapshot;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.ipc.StandbyException;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * What volsnap needs of a running NameNode, through what Hadoop keeps to its own package. Safe for many threads.
 */
@NullMarked
public final class VolsnapNameNodeBridge {
    private final NameNode nameNode;

    public VolsnapNameNodeBridge(NameNode nameNode) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
    }

    /** What is done under the namesystem's lock. */
    @FunctionalInterface
    public interface Locked<T> {
        T call() throws IOException;
    }

    private FSNamesystem namesystem() {
        return nameNode.getNamesystem();
    }

    /** Runs something alone: no other thread reads or changes the namesystem. Reentrant. */
    public <T> T exclusively(String operation, Locked<T> work) throws IOException {
        FSNamesystem namesystem = namesystem();
        VolsnapLockBridge.GLOBAL.writeLock(namesystem);
        try {
            return work.call();
        } finally {
            VolsnapLockBridge.GLOBAL.writeUnlock(namesystem, operation);
        }
    }

    public RPC.Server clientRpcServer() {
        return ((NameNodeRpcServer) nameNode.getRpcServer()).getClientRpcServer();
    }

    /** With the keys of this NameNode made plain. */
    public Configuration conf() {
        return nameNode.getConf();
    }

    public String blockPoolId() {
        return requireNonNull(namesystem().getBlockPoolId());
    }

    public int layoutVersion() {
        return namesystem().getFSImage().getStorage().getLayoutVersion();
    }

    public boolean isActive() {
        return nameNode.isActiveState();
    }

    /**
     * When this NameNode became active or standby, in milliseconds; 0 for one that has been what it is since its start.
     */
    public long stateSince() {
        return nameNode.getLastHATransitionTime();
    }

    /** The last transaction this NameNode has written or followed. */
    public long lastTxid() {
        return namesystem().getFSImage().getLastAppliedOrWrittenTxId();
    }

    /** As every operation that changes the namespace does it. */
    public void checkActive() throws StandbyException {
        namesystem().checkOperation(NameNode.OperationCategory.WRITE);
    }

    /** Throws unless the caller of the current RPC (or, outside of one, this process's user) is a superuser. */
    public void checkSuperuser(String operation) throws IOException {
        namesystem().checkSuperuserPrivilege(operation);
    }

    public void audit(boolean allowed, String operation, String subject) throws IOException {
        namesystem().logAuditEvent(allowed, operation, subject);
    }

    public boolean isInSafeMode() {
        return namesystem().isInSafeMode();
    }

    /** In safe mode because the NameNode has just started, not because somebody wanted it. */
    public boolean isInStartupSafeMode() {
        return namesystem().isInStartupSafeMode();
    }

    public void enterSafeMode() throws IOException {
        namesystem().setSafeMode(SafeModeAction.SAFEMODE_ENTER);
    }

    public void leaveSafeMode() throws IOException {
        namesystem().setSafeMode(SafeModeAction.SAFEMODE_LEAVE);
    }

    /** An upgrade, rolling or not, that has not been finalized. */
    public boolean isUpgrading() {
        return namesystem().isRollingUpgrade() || !isUpgradeFinalized();
    }

    /** False from a start with {@code -upgrade} to {@code -finalizeUpgrade}; says nothing of rolling upgrades. */
    public boolean isUpgradeFinalized() {
        return namesystem().isUpgradeFinalized();
    }

    /** The last transaction that is in an image on this host. */
    public long checkpointTxid() {
        return namesystem().getFSImage().getMostRecentCheckpointTxId();
    }

    public boolean attributesEnabled() {
        return namesystem().getFSDirectory().isXattrsEnabled();
    }

    /** Bytes that name and value of an extended attribute may have together. */
    public int attributeSizeLimit() {
        return namesystem().getFSDirectory().getXattrMaxSize();
    }

    public byte @Nullable [] rootAttribute(String prefixedName) throws IOException {
        FSNamesystem namesystem = namesystem();
        VolsnapLockBridge.FS.readLock(namesystem);
        try {
            return rootAttribute(namesystem.getFSDirectory(), prefixedName);
        } finally {
            VolsnapLockBridge.FS.readUnlock(namesystem, "volsnapReadRegistry");
        }
    }

    static byte @Nullable [] rootAttribute(FSDirectory directory, String prefixedName) {
        XAttr attribute =
                XAttrStorage.readINodeXAttrByPrefixedName(directory.getRoot(), Snapshot.CURRENT_STATE_ID, prefixedName);
        return attribute == null ? null : attribute.getValue();
    }

    /**
     * Writes an extended attribute of the root through the edit log; durable on return. Not through the NameNode's RPC
     * methods: those would take a second write within one of our calls for a repetition of the first. To be called in
     * {@link #exclusively}: a NameNode that stops closes its edit log under the same lock, and waiting for an edit that
     * is logged after that would never end, nor would the stop.
     */
    public void setRootAttribute(String prefixedName, byte[] value) throws IOException {
        requireEditLog();
        namesystem()
                .setXAttr(
                        "/",
                        XAttrHelper.buildXAttr(prefixedName, value),
                        EnumSet.of(XAttrSetFlag.CREATE, XAttrSetFlag.REPLACE),
                        false);
    }

    /** Removes one that is there, in the same way; to be called in {@link #exclusively} as well. */
    public void removeRootAttribute(String prefixedName) throws IOException {
        requireEditLog();
        namesystem().removeXAttr("/", XAttrHelper.buildXAttr(prefixedName), false);
    }

    private void requireEditLog() throws IOException {
        if (!namesystem().getEditLog().isOpenForWrite()) {
            throw new IOException("this NameNode is stopping or not active: it logs no edits");
        }
    }

    /** Begins a new segment of the edit log; returns the last transaction before it. */
    public long rollEditLog() throws IOException {
        return namesystem().rollEditLog().getCurSegmentTxId() - 1;
    }

    /** Copies finished transactions, wherever this NameNode keeps them, into one file; durable on return. */
    public void copyEdits(long first, long last, File target) throws IOException {
        VolsnapEditsBridge.copy(nameNode, first, last, target);
    }

    public BlockIdManager blockIds() {
        return namesystem().getBlockManager().getBlockIdManager();
    }

    /** DataNodes that the NameNode counts on, by their heartbeats. */
    public List<DatanodeDescriptor> liveDatanodes() {
        return namesystem().getBlockManager().getDatanodeManager().getDatanodeListForReport(DatanodeReportType.LIVE);
    }

    /** DataNodes that were there and are not any more. */
    public List<DatanodeDescriptor> deadDatanodes() {
        return namesystem().getBlockManager().getDatanodeManager().getDatanodeListForReport(DatanodeReportType.DEAD);
    }

    /**
     * Which of these blocks, by their indexes, are complete here with the same stamp and length and have a replica on a
     * DataNode that counts, none of them known to be corrupt. One internal block of a striped group is looked for by its own
     * id, and its length is not compared.
     *
     * @param counts takes the uuid of a DataNode
     */
    public BitSet replicated(List<Block> blocks, Predicate<String> counts) {
        FSNamesystem namesystem = namesystem();
        BitSet replicated = new BitSet();
        VolsnapLockBridge.GLOBAL.readLock(namesystem);
        try {
            for (int i = 0; i < blocks.size(); i++) {
                replicated.set(i, isReplicated(namesystem.getBlockManager(), blocks.get(i), counts));
            }
            return replicated;
        } finally {
            VolsnapLockBridge.GLOBAL.readUnlock(namesystem, "volsnapReplicated");
        }
    }

    private static boolean isReplicated(BlockManager blocks, Block block, Predicate<String> counts) {
        BlockInfo stored = blocks.getStoredBlock(block);
        if (stored == null
                || !stored.isComplete()
                || stored.getGenerationStamp() != block.getGenerationStamp()
                || blocks.countNodes(stored).corruptReplicas() > 0) {
            return false;
        }
        if (stored instanceof BlockInfoStriped group) {
            for (StorageAndBlockIndex storage : group.getStorageAndIndexInfos()) {
                if (group.getBlockId() + storage.getBlockIndex() == block.getBlockId()
                        && counts.test(uuid(storage.getStorage()))) {
                    return true;
                }
            }
            return false;
        }
        for (Iterator<DatanodeStorageInfo> storages = stored.getStorageInfos(); storages.hasNext(); ) {
            if (counts.test(uuid(storages.next()))) {
                return stored.getNumBytes() == block.getNumBytes();
            }
        }
        return false;
    }

    private static String uuid(DatanodeStorageInfo storage) {
        return storage.getDatanodeDescriptor().getDatanodeUuid();
    }

    /** Whether a DataNode with this uuid is registered with this NameNode and alive. */
    public boolean isRegistered(String datanodeUuid) {
        DatanodeDescriptor datanode =
                namesystem().getBlockManager().getDatanodeManager().getDatanode(datanodeUuid);
        return datanode != null && datanode.isRegistered();
    }

    /** The address of a DataNode that has registered since this NameNode was started; it may be dead by now. */
    public Optional<String> address(String datanodeUuid) {
        return Optional.ofNullable(
                        namesystem().getBlockManager().getDatanodeManager().getDatanode(datanodeUuid))
                .map(DatanodeDescriptor::getXferAddr);
    }

    /**
     * The paths of all files that are open for writing; also while the NameNode is starting, where RPC methods refuse.
     */
    public List<String> openFiles() throws IOException {
        List<String> paths = new ArrayList<>();
        long after = 0;
        BatchedEntries<OpenFileEntry> batch;
        do {
            batch = namesystem()
                    .listOpenFiles(
                            after, EnumSet.of(OpenFilesType.ALL_OPEN_FILES), OpenFilesIterator.FILTER_PATH_DEFAULT);
            for (int i = 0; i < batch.size(); i++) {
                paths.add(batch.get(i).getFilePath());
                after = batch.get(i).getId();
            }
        } while (batch.hasMore());
        return paths;
    }

    /** The last blocks of open files that are not complete, with their stamps: only DataNodes know their lengths. */
    public Map<Long, Long> openBlocks() {
        FSNamesystem namesystem = namesystem();
        VolsnapLockBridge.GLOBAL.readLock(namesystem);
        try {
            Map<Long, Long> stamps = new TreeMap<>();
            for (long inodeId : namesystem.getLeaseManager().getINodeIdWithLeases()) {
                INode inode = namesystem.getFSDirectory().getInode(inodeId);
                BlockInfo last = inode == null ? null : inode.asFile().getLastBlock();
                if (last != null && !last.isComplete()) {
                    stamps.put(last.getBlockId(), last.getGenerationStamp());
                }
            }
            return stamps;
        } finally {
            VolsnapLockBridge.GLOBAL.readUnlock(namesystem, "volsnapOpenBlocks");
        }
    }

    /** Begins to close a file that its writer has left open, or looks whether that is done; true when it is closed. */
    public boolean recoverLease(String path) throws IOException {
        return namesystem().recoverLease(path, "volsnap", "");
    }
}
