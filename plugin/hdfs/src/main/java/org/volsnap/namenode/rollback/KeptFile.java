/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import java.util.List;

/**
 * A file of a kept namespace.
 *
 * @param path as of T; of a file that only HDFS's directory snapshots hold, its path without them
 * @param length bytes, as the NameNode knew it at T
 * @param underConstruction open for writing at T: the last block's length is only known to the DataNodes
 */
public record KeptFile(String path, long length, boolean underConstruction, List<KeptBlock> blocks) {
    public KeptFile {
        blocks = List.copyOf(blocks);
    }

    /**
     * A block as DataNodes store it: of a striped file, one internal block of a group.
     *
     * @param length bytes; of a block under construction, as far as the NameNode knew at T
     * @param expectedReplicas how many DataNodes should have it
     * @param group the striped block group this belongs to; for others, the block's own id
     * @param neededOfGroup how many internal blocks of the group are enough to read it; for others, 1
     */
    public record KeptBlock(
            long blockId,
            long stamp,
            long length,
            boolean underConstruction,
            int expectedReplicas,
            long group,
            int neededOfGroup) {}
}
