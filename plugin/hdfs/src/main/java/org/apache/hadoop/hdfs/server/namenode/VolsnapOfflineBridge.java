/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.apache.hadoop.hdfs.server.namenode;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.XAttr;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.XAttrHelper;
import org.apache.hadoop.hdfs.client.HdfsClientConfigKeys;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockIdManager;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.NamenodeRole;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.StartupOption;
import org.apache.hadoop.hdfs.server.namenode.snapshot.Snapshot;
import org.apache.hadoop.io.IOUtils;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A namespace that is loaded from a directory without a NameNode, through what Hadoop keeps to its own package. The
 * directory is written to: load copies only. For one thread.
 */
@NullMarked
public final class VolsnapOfflineBridge implements Closeable {
    private final FSNamesystem namesystem;

    private VolsnapOfflineBridge(FSNamesystem namesystem) {
        this.namesystem = namesystem;
    }

    /**
     * Every counter from which the NameNode gives out ids.
     *
     * @param blockId the last block id given out
     * @param stripedId the last id of a striped block group given out
     * @param stamp the last generation stamp given out
     * @param legacyStamp the last stamp given out to a block older than sequential stamps
     * @param legacyLimit stamps below this one are legacy stamps; 0 when there are none
     * @param txid the last transaction
     * @param inodeId the last id given out to a file or directory
     */
    public record Counters(
            long blockId, long stripedId, long stamp, long legacyStamp, long legacyLimit, long txid, long inodeId) {}

    /**
     * Loads the newest image and all edits.
     *
     * @param nameDir has the form of a {@code dfs.namenode.name.dir}
     */
    public static VolsnapOfflineBridge load(Configuration conf, File nameDir) throws IOException {
        return load(conf, List.of(nameDir), List.of(nameDir));
    }

    /** Loads from several directories, as {@code dfs.namenode.name.dir} and {@code dfs.namenode.edits.dir} name them. */
    public static VolsnapOfflineBridge load(Configuration conf, List<File> nameDirs, List<File> editsDirs)
            throws IOException {
        Configuration offline = offline(conf, nameDirs, editsDirs);
        if (NameNode.getNameNodeMetrics() == null) {
            // The thread that writes edits ends the process without them; Hadoop's FsImageValidation does the same.
            NameNode.initMetrics(offline, NamenodeRole.NAMENODE);
        }
        return new VolsnapOfflineBridge(FSNamesystem.loadFromDisk(offline));
    }

    /** The configuration of a NameNode that has these directories only, no partner, and no wish for a checkpoint. */
    private static Configuration offline(Configuration conf, List<File> nameDirs, List<File> editsDirs) {
        Configuration own = new Configuration(conf);
        own.set(DFSConfigKeys.DFS_NAMENODE_NAME_DIR_KEY, uris(nameDirs));
        own.set(DFSConfigKeys.DFS_NAMENODE_EDITS_DIR_KEY, uris(editsDirs));
        own.unset(DFSConfigKeys.DFS_NAMENODE_SHARED_EDITS_DIR_KEY);
        own.unset(HdfsClientConfigKeys.DFS_NAMESERVICES);
        own.unset(DFSConfigKeys.DFS_NAMESERVICE_ID);
        own.unset(DFSConfigKeys.DFS_INTERNAL_NAMESERVICES_KEY);
        own.unset(DFSConfigKeys.DFS_NAMENODE_EDITS_DIR_MINIMUM_KEY);
        own.unset(DFSConfigKeys.DFS_NAMENODE_EDITS_DIR_REQUIRED_KEY);
        own.unset(DFSConfigKeys.DFS_NAMENODE_NAME_DIR_RESTORE_KEY);
        own.setLong(DFSConfigKeys.DFS_NAMENODE_CHECKPOINT_TXNS_KEY, Long.MAX_VALUE);
        own.setLong(DFSConfigKeys.DFS_NAMENODE_CHECKPOINT_PERIOD_KEY, Integer.MAX_VALUE);
        own.set(DFSConfigKeys.DFS_NAMENODE_STARTUP_KEY, StartupOption.REGULAR.name());
        return own;
    }

    private static String uris(List<File> directories) {
        return directories.stream()
                .map(directory -> directory.getAbsoluteFile().toURI().toString())
                .collect(Collectors.joining(","));
    }

    /**
     * Whether a transaction leaves files, directories and blocks as they are: the edit log's own, the rolling of keys, and
     * the setting of this one attribute of the root.
     */
    public static boolean isBookkeeping(FSEditLogOp op, String rootAttribute) {
        return switch (op.opCode) {
            case OP_START_LOG_SEGMENT, OP_END_LOG_SEGMENT, OP_UPDATE_MASTER_KEY -> true;
            case OP_SET_XATTR -> {
                FSEditLogOp.SetXAttrOp set = (FSEditLogOp.SetXAttrOp) op;
                XAttr attribute = XAttrHelper.buildXAttr(rootAttribute);
                yield set.src.equals("/") && set.xAttrs.stream().allMatch(attribute::equalsIgnoreValue);
            }
            default -> false;
        };
    }

    public FSDirectory directory() {
        return namesystem.getFSDirectory();
    }

    public String blockPoolId() {
        return requireNonNull(namesystem.getFSImage().getStorage().getBlockPoolID());
    }

    public Counters counters() {
        BlockIdManager ids = namesystem.getBlockManager().getBlockIdManager();
        // Stamps read from edits are only noted; a NameNode that becomes active takes them over in the same way.
        ids.applyImpendingGenerationStamp();
        return new Counters(
                ids.getLastAllocatedContiguousBlockId(),
                ids.getLastAllocatedStripedBlockId(),
                ids.getGenerationStamp(),
                ids.getLegacyGenerationStamp(),
                ids.getLegacyGenerationStampLimit(),
                lastTxid(),
                directory().getLastInodeId());
    }

    /** Without the header of the segment that loading has begun. */
    private long lastTxid() {
        FSEditLog log = namesystem.getFSImage().getEditLog();
        return log.isSegmentOpen()
                ? log.getCurSegmentTxId() - 1
                : namesystem.getFSImage().getLastAppliedOrWrittenTxId();
    }

    /** Sets every counter but the legacy limit; each must not be lower than it is. */
    public void raise(Counters counters) throws IOException {
        BlockIdManager ids = namesystem.getBlockManager().getBlockIdManager();
        ids.setLastAllocatedContiguousBlockId(counters.blockId());
        ids.setLastAllocatedStripedBlockId(counters.stripedId());
        ids.setGenerationStampIfGreater(counters.stamp());
        directory().resetLastInodeId(counters.inodeId());
        if (ids.getLegacyGenerationStampLimit() > 0) {
            ids.setLegacyGenerationStamp(counters.legacyStamp());
        }
        FSImage image = namesystem.getFSImage();
        if (image.getEditLog().isSegmentOpen()) {
            image.getEditLog().endCurrentLogSegment(true);
        }
        image.getEditLog().setNextTxId(counters.txid() + 1);
        image.lastAppliedTxId = counters.txid();
    }

    /** The value of an extended attribute of the root. */
    public byte @Nullable [] rootAttribute(String prefixedName) {
        return VolsnapNameNodeBridge.rootAttribute(directory(), prefixedName);
    }

    /** Sets an extended attribute of the root, in memory. */
    public void setRootAttribute(String prefixedName, byte[] value) throws IOException {
        XAttr attribute = XAttrHelper.buildXAttr(prefixedName, value);
        changeRootAttributes(attributes -> {
            attributes.removeIf(attribute::equalsIgnoreValue);
            attributes.add(attribute);
        });
    }

    /** Removes an extended attribute of the root, in memory. */
    public void removeRootAttribute(String prefixedName) throws IOException {
        changeRootAttributes(
                attributes -> attributes.removeIf(XAttrHelper.buildXAttr(prefixedName)::equalsIgnoreValue));
    }

    private void changeRootAttributes(Consumer<List<XAttr>> change) throws IOException {
        INodeDirectory root = directory().getRoot();
        List<XAttr> attributes = new ArrayList<>(XAttrStorage.readINodeXAttrs(root));
        change.accept(attributes);
        XAttrStorage.updateINodeXAttrs(root, attributes, Snapshot.CURRENT_STATE_ID);
    }

    /** Writes an image of what is in memory, durably, as of the last transaction; returns the file. */
    public File save() throws IOException {
        FSImage image = namesystem.getFSImage();
        image.saveNamespace(namesystem);
        return image.getStorage().getFsImageName(image.getLastAppliedOrWrittenTxId());
    }

    /** All files and directories, also those that only HDFS's directory snapshots hold. */
    public Iterator<INodeWithAdditionalFields> inodes() {
        return directory().getINodeMap().getMapIterator();
    }

    @Override
    public void close() {
        IOUtils.cleanupWithLogger(null, namesystem.getFSImage());
        namesystem.shutdown();
    }
}
