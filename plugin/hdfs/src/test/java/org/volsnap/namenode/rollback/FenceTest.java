/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge.Counters;
import org.junit.jupiter.api.Test;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;

class FenceTest {
    private static final long EC = Long.MIN_VALUE;

    @Test
    void everyCounterIsAboveTodayThenAndWhatDataNodesSaw() {
        Counters today = new Counters(100, EC + 160, 1000, 0, 0, 500, 70);
        Counters then = new Counters(50, EC + 32, 900, 0, 0, 200, 60);

        assertThat(Fence.raise(today, then, pending(2000, 90), 10))
                .isEqualTo(new Counters(110, EC + 160 + 160, 2010, 0, 0, 510, 80));
        assertThat(Fence.raise(today, then, pending(1, 300), 10).blockId()).isEqualTo(310);
    }

    @Test
    void aSnapshotFromBeforeAnEarlierRollbackDoesNotLowerAnything() {
        Counters today = new Counters(10, EC, 10, 0, 0, 10, 10);
        Counters then = new Counters(20, EC + 16, 20, 0, 0, 20, 20);

        Counters raised = Fence.raise(today, then, pending(0, 0), 1);

        assertThat(raised).isEqualTo(new Counters(21, EC + 32, 21, 0, 0, 21, 21));
    }

    @Test
    void legacyStampsStayBelowTheirLimit() {
        Counters today = new Counters(1, EC, 5000, 990, 1000, 1, 1);

        assertThat(Fence.raise(today, today, pending(0, 0), 5).legacyStamp()).isEqualTo(995);
        assertThat(Fence.raise(today, today, pending(0, 0), 500).legacyStamp()).isEqualTo(999);
    }

    @Test
    void countersThatWouldWrapAroundAreRefused() {
        Counters today = new Counters(Long.MAX_VALUE - 1, EC, 1, 0, 0, 1, 1);

        assertThatThrownBy(() -> Fence.raise(today, today, pending(0, 0), 10)).isInstanceOf(ArithmeticException.class);
    }

    private static PendingRollbackProto pending(long stamp, long blockId) {
        return PendingRollbackProto.newBuilder()
                .setSnapshotId(1)
                .setSafetySnapshotId(2)
                .setHighestStamp(stamp)
                .setHighestBlockId(blockId)
                .build();
    }
}
