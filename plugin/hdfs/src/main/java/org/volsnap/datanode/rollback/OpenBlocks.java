/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import com.google.common.collect.ImmutableMap;
import org.apache.hadoop.hdfs.protocol.BlockType;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants;

/**
 * The blocks that are under construction in the namespace that a rollback went back to. No DataNode can tell them by
 * itself: at T a replica may be finalized on one DataNode, written on the next, and a copy made after T, of the complete
 * block, looks like a replica of T. So of such a block none is taken for complete: all wait for recovery, which cuts
 * them to the shortest (docs/decisions/0010).
 *
 * @param stamps what the namespace says of each; of a striped file, of the block group
 */
public record OpenBlocks(ImmutableMap<Long, Long> stamps) {
    /** When the NameNode names none. */
    public static final OpenBlocks NONE = new OpenBlocks(ImmutableMap.of());

    /** Whether a replica with this id is one of them. */
    boolean contains(long replicaId) {
        return stamps.containsKey(blockOf(replicaId));
    }

    /** Whether a replica is left from a pipeline that failed before T. */
    boolean isStale(long replicaId, long stamp) {
        return stamp < stamps.getOrDefault(blockOf(replicaId), stamp);
    }

    private long blockOf(long replicaId) {
        boolean striped = BlockType.fromBlockId(replicaId) == BlockType.STRIPED && !stamps.containsKey(replicaId);
        return striped ? replicaId & ~HdfsServerConstants.BLOCK_GROUP_INDEX_MASK : replicaId;
    }
}
