/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.jspecify.annotations.Nullable;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.OpenBlocksProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;

/**
 * What the namespace that a rollback went back to says is open, for the DataNodes that carry the rollback out. Safe for
 * many threads.
 */
final class RestoredOpenBlocks {
    private final VolsnapNameNodeBridge nameNode;
    private volatile @Nullable OpenBlocksProto noted;

    RestoredOpenBlocks(VolsnapNameNodeBridge nameNode) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
    }

    /** Notes them for this rollback. Called before a DataNode carries it out. */
    void note(long epoch) {
        OpenBlocksProto.Builder open = OpenBlocksProto.newBuilder().setEpoch(epoch);
        nameNode.openBlocks()
                .forEach((blockId, stamp) -> open.addBlockIds(blockId).addStamps(stamp));
        noted = open.build();
    }

    /**
     * What a DataNode needs to know that has applied the epochs up to {@code applied}.
     *
     * @throws RefusedException when it may not go on, because that is not known yet
     */
    Optional<OpenBlocksProto> after(long applied, Registry registry) throws RefusedException {
        RollbackEpochProto last = registry.lastEpoch().orElse(null);
        if (last == null || applied >= last.getNumber()) {
            return Optional.empty();
        }
        OpenBlocksProto known = noted;
        if (known != null && known.getEpoch() == last.getNumber()) {
            return Optional.of(known);
        }
        if (!last.getFinished()) {
            throw new RefusedException("this NameNode has not looked yet what rollback " + last.getNumber() + " opens");
        }
        return Optional.empty();
    }
}
