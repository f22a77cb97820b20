/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import static com.google.common.base.Preconditions.checkState;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockInfo;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockInfoStriped;
import org.apache.hadoop.hdfs.server.namenode.INode;
import org.apache.hadoop.hdfs.server.namenode.INodeFile;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge;
import org.apache.hadoop.hdfs.server.namenode.snapshot.FileDiff;
import org.apache.hadoop.hdfs.util.StripedBlockUtil;
import org.volsnap.namenode.diff.LoadedTree;
import org.volsnap.namenode.diff.NamespaceTree;
import org.volsnap.namenode.rollback.KeptFile.KeptBlock;

/**
 * The kept namespace of a snapshot, loaded in this process from a copy of its files. Takes the heap that the NameNode
 * takes for it. For one thread.
 */
public final class KeptNamespace implements Closeable {
    private static final String ROOT = "/";

    private final VolsnapOfflineBridge namespace;

    private KeptNamespace(VolsnapOfflineBridge namespace) {
        this.namespace = namespace;
    }

    /** What takes files one by one. */
    @FunctionalInterface
    public interface Visitor {
        void visit(KeptFile file) throws IOException;
    }

    /**
     * Loads a namespace.
     *
     * @param directory holds {@code current/} with image, edits and VERSION; is written to, so never the kept one itself
     */
    public static KeptNamespace load(Configuration conf, File directory) throws IOException {
        return new KeptNamespace(VolsnapOfflineBridge.load(conf, directory));
    }

    public String blockPoolId() {
        return namespace.blockPoolId();
    }

    /** The files and directories, to be compared with those of another moment. */
    public NamespaceTree tree() {
        return new LoadedTree(namespace.directory());
    }

    /** Every file, in no particular order, also those that only HDFS's directory snapshots hold. */
    public void forEachFile(Visitor visitor) throws IOException {
        checkState(forEachFile(ROOT, visitor), "there is no root");
    }

    /**
     * Every file at a path or below it, in no particular order, also those that only HDFS's directory snapshots hold.
     *
     * @param path absolute, without a slash at its end; {@code /} for all
     * @return false when nothing was there
     */
    public boolean forEachFile(String path, Visitor visitor) throws IOException {
        boolean found = path.equals(ROOT) || exists(path);
        String directory = path.equals(ROOT) ? ROOT : path + ROOT;
        for (Iterator<? extends INode> inodes = namespace.inodes(); inodes.hasNext(); ) {
            INode inode = inodes.next();
            if (inode.isFile() && isAt(inode.getFullPathName(), path, directory)) {
                found = true;
                visitor.visit(describe(inode.asFile()));
            }
        }
        return found;
    }

    private static boolean isAt(String file, String path, String directory) {
        return file.startsWith(directory) || file.equals(path);
    }

    /**
     * Whether something is at a path.
     *
     * @param path absolute, without a slash at its end
     */
    public boolean exists(String path) throws IOException {
        try {
            return namespace.directory().getINode(path) != null;
        } catch (ParentNotDirectoryException e) {
            return false;
        }
    }

    private static KeptFile describe(INodeFile file) {
        List<KeptBlock> blocks = allBlocks(file).stream()
                .flatMap(block -> block instanceof BlockInfoStriped striped
                        ? internalBlocks(striped)
                        : Stream.of(contiguous(file, block)))
                .toList();
        return new KeptFile(file.getFullPathName(), file.computeFileSize(), file.isUnderConstruction(), blocks);
    }

    /** Also those that were truncated away and that only HDFS's directory snapshots still hold. */
    private static Set<BlockInfo> allBlocks(INodeFile file) {
        Set<BlockInfo> blocks = new LinkedHashSet<>(List.of(file.getBlocks()));
        if (file.getDiffs() != null) {
            for (FileDiff diff : file.getDiffs().asList()) {
                blocks.addAll(List.of(file.getBlocks(diff.getSnapshotId())));
            }
        }
        return blocks;
    }

    private static KeptBlock contiguous(INodeFile file, BlockInfo block) {
        return new KeptBlock(
                block.getBlockId(),
                block.getGenerationStamp(),
                block.getNumBytes(),
                !block.isComplete(),
                file.getPreferredBlockReplication(),
                block.getBlockId(),
                1);
    }

    private static Stream<KeptBlock> internalBlocks(BlockInfoStriped group) {
        int dataBlocks = group.getDataBlockNum();
        return IntStream.range(0, group.getTotalBlockNum())
                .mapToObj(index -> new KeptBlock(
                        group.getBlockId() + index,
                        group.getGenerationStamp(),
                        StripedBlockUtil.getInternalBlockLength(
                                group.getNumBytes(), group.getCellSize(), dataBlocks, index),
                        !group.isComplete(),
                        1,
                        group.getBlockId(),
                        group.getRealDataBlockNum()))
                // A group shorter than a full stripe has no blocks for the cells beyond its end.
                .filter(block -> block.length() > 0 || block.underConstruction());
    }

    @Override
    public void close() {
        namespace.close();
    }
}
