/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import java.util.List;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.apache.hadoop.hdfs.protocol.HdfsLocatedFileStatus;
import org.apache.hadoop.hdfs.protocol.LocatedBlock;
import org.apache.hadoop.hdfs.protocol.LocatedBlocks;

/**
 * The content of a file as its NameNode knows it.
 *
 * @param length bytes; of an open file without its last block
 * @param open whether it is being written
 */
record FileVersion(long length, boolean open, List<BlockVersion> blocks) {
    /** A change of the content of a block changes its stamp or its length. */
    record BlockVersion(long id, long stamp, long length) {}

    FileVersion {
        blocks = List.copyOf(blocks);
    }

    static FileVersion of(HdfsFileStatus status) {
        LocatedBlocks blocks = status instanceof HdfsLocatedFileStatus located ? located.getLocatedBlocks() : null;
        if (blocks == null) {
            throw new IllegalArgumentException("a status without blocks: " + status);
        }
        return new FileVersion(
                status.getLen(),
                blocks.isUnderConstruction(),
                blocks.getLocatedBlocks().stream().map(FileVersion::block).toList());
    }

    private static BlockVersion block(LocatedBlock located) {
        return new BlockVersion(
                located.getBlock().getBlockId(),
                located.getBlock().getGenerationStamp(),
                located.getBlock().getNumBytes());
    }

    /** Whether both are closed and made of the same versions of the same blocks, and so have the same bytes. */
    boolean hasBlocksOf(FileVersion other) {
        return !open && !other.open && length == other.length && blocks.equals(other.blocks);
    }
}
