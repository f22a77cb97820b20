/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import static java.lang.Math.addExact;
import static java.lang.Math.max;
import static java.lang.Math.min;
import static java.lang.Math.multiplyExact;

import org.apache.hadoop.hdfs.server.common.HdfsServerConstants;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge.Counters;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;

/** Raises every counter above anything that was ever used, by anybody, so that no id is given out twice. */
final class Fence {
    private Fence() {}

    /**
     * The counters of the rolled back namespace.
     *
     * @param today as the NameNode had them last
     * @param then as they were at T
     * @param pending has what DataNodes have seen
     * @param margin how far above
     */
    static Counters raise(Counters today, Counters then, PendingRollbackProto pending, long margin) {
        return new Counters(
                addExact(max(max(today.blockId(), then.blockId()), pending.getHighestBlockId()), margin),
                addExact(
                        max(today.stripedId(), then.stripedId()),
                        multiplyExact(margin, HdfsServerConstants.MAX_BLOCKS_IN_GROUP)),
                addExact(max(max(today.stamp(), then.stamp()), pending.getHighestStamp()), margin),
                legacyStamp(today, then, margin),
                then.legacyLimit(),
                addExact(max(today.txid(), then.txid()), margin),
                addExact(max(today.inodeId(), then.inodeId()), margin));
    }

    /** Legacy stamps end at a limit; those are only given out to blocks from before 2013. */
    private static long legacyStamp(Counters today, Counters then, long margin) {
        long highest = max(today.legacyStamp(), then.legacyStamp());
        return then.legacyLimit() == 0 ? highest : max(highest, min(highest + margin, then.legacyLimit() - 1));
    }
}
