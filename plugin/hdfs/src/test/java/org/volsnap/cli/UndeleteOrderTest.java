/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.volsnap.cli.UndeleteOrder.Candidate;
import org.volsnap.protocol.proto.VolsnapProtos.FenceProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

class UndeleteOrderTest {
    private final RegistryProto.Builder registry =
            RegistryProto.newBuilder().setVersion(1).setBlockPoolId("pool").setNextSnapshotId(100);

    @Test
    void withoutRollbacksTheNewestComesFirst() {
        snapshots(1, 2, 3);

        assertThat(order()).containsExactly(3L, 2L, 1L);
        assertThat(leftBehind()).isEmpty();
    }

    /** A safety snapshot whose rollback was cancelled is one like any other. */
    @Test
    void onlyWhatIsActiveIsAsked() {
        snapshots(1);
        add(2, SnapshotStateProto.CREATING);
        add(3, SnapshotStateProto.DELETING);
        snapshots(4);

        assertThat(order()).containsExactly(4L, 1L);
    }

    @Test
    void whatARollbackHasLeftBehindIsAskedLast() {
        snapshots(1, 2, 3, 4, 5);
        rollback(2, 4);

        assertThat(order()).containsExactly(5L, 2L, 1L, 4L, 3L);
        assertThat(leftBehind()).containsExactly(4L, 3L);
    }

    @Test
    void whatAnUndoneRollbackHadLeftBehindIsAskedFirstAgain() {
        snapshots(1, 2, 3, 4, 5, 6);
        rollback(1, 3);
        rollback(3, 5); // to the safety snapshot of the first

        assertThat(order()).containsExactly(6L, 3L, 2L, 1L, 5L, 4L);
        assertThat(leftBehind()).containsExactly(5L, 4L);
    }

    @Test
    void ofSeveralRollbacksEachLeavesItsOwnBehind() {
        snapshots(1, 2, 3, 4, 5, 6, 7);
        rollback(1, 3);
        rollback(4, 6);

        assertThat(order()).containsExactly(7L, 4L, 1L, 6L, 5L, 3L, 2L);
    }

    @Test
    void aTargetThatWasDeletedStillSaysWhereItLedTo() {
        snapshots(1, 4);
        rollback(2, 3);

        assertThat(order()).containsExactly(4L, 1L);
        assertThat(leftBehind()).isEmpty();
    }

    private List<Long> order() {
        return UndeleteOrder.of(registry.build()).stream()
                .map(candidate -> candidate.snapshot().getId())
                .toList();
    }

    private List<Long> leftBehind() {
        return UndeleteOrder.of(registry.build()).stream()
                .filter(Candidate::leftBehind)
                .map(candidate -> candidate.snapshot().getId())
                .toList();
    }

    private void snapshots(long... ids) {
        for (long id : ids) {
            add(id, SnapshotStateProto.ACTIVE);
        }
    }

    private void add(long id, SnapshotStateProto state) {
        registry.addSnapshots(SnapshotProto.newBuilder()
                .setId(id)
                .setName("s" + id)
                .setState(state)
                .setCreatedMillis(id));
    }

    private void rollback(long target, long safety) {
        FenceProto fence = FenceProto.newBuilder()
                .setStamp(1)
                .setLegacyStamp(0)
                .setLegacyLimit(0)
                .build();
        registry.addEpochs(RollbackEpochProto.newBuilder()
                .setNumber(registry.getEpochsCount() + 1)
                .setSnapshotId(target)
                .setSafetySnapshotId(safety)
                .setFence(fence)
                .setNewStamp(1)
                .setCommittedMillis(1));
    }
}
