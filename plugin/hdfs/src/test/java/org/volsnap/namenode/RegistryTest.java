/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.volsnap.protocol.LeftOut;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.FenceProto;
import org.volsnap.protocol.proto.VolsnapProtos.IdRangeProto;
import org.volsnap.protocol.proto.VolsnapProtos.LeftOutProto;
import org.volsnap.protocol.proto.VolsnapProtos.MountProto;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

class RegistryTest {
    private static final FenceProto FENCE = FenceProto.newBuilder()
            .setStamp(1061)
            .setLegacyStamp(0)
            .setLegacyLimit(0)
            .build();

    private final Registry empty = Registry.empty("BP-1");

    @Test
    void aSnapshotLivesAndBecomesATombstone() {
        Registry active = empty.create(snapshot("s")).mark(1, FENCE, 249).activate(1);
        assertThat(active.find("s").orElseThrow())
                .returns(1L, SnapshotProto::getId)
                .returns(249L, SnapshotProto::getTxid)
                .returns(FENCE, SnapshotProto::getFence)
                .returns(SnapshotStateProto.ACTIVE, SnapshotProto::getState);

        Registry gone = active.beginDelete(1).bury(1);

        assertThat(gone.snapshots()).isEmpty();
        assertThat(gone.isDeleted(1)).isTrue();
        assertThat(gone.stateOf(1)).isEqualTo(SnapshotState.DELETED);
        assertThat(gone.version()).isEqualTo(5);
    }

    @Test
    void everyTransitionRaisesTheVersionAndChangesNothingElse() {
        Registry one = empty.create(snapshot("s"));

        assertThat(one.version()).isEqualTo(empty.version() + 1);
        assertThat(empty.snapshots()).isEmpty();
    }

    @Test
    void dataNodesAreLeftOutWhileASnapshotIsTakenAndNotLater() {
        LeftOutProto one = LeftOutProto.newBuilder().setUuid("u1").build();
        LeftOutProto other = LeftOutProto.newBuilder().setUuid("u2").build();
        Registry marked = empty.create(snapshot("s"))
                .leaveOut(1, List.of(one))
                .mark(1, FENCE, 249)
                .leaveOut(1, List.of(other));

        assertThat(LeftOut.uuids(marked.activate(1).find(1).orElseThrow())).containsExactlyInAnyOrder("u1", "u2");
        assertThatThrownBy(() -> marked.activate(1).leaveOut(1, List.of(one)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ACTIVE");
    }

    @Test
    void aMountedSnapshotStaysAndNothingIsRolledBack() {
        Registry active = empty.create(snapshot("s")).mark(1, FENCE, 249).activate(1);
        MountProto mount = MountProto.newBuilder()
                .setSnapshotId(1)
                .setBlockPoolId("BP-v")
                .setAddress("here:1")
                .setMountedMillis(7)
                .build();

        Registry mounted = active.mount(mount);

        assertThat(mounted.mountOf(1)).contains(mount);
        assertThatIllegalStateException().isThrownBy(() -> mounted.beginDelete(1));
        assertThatIllegalStateException()
                .isThrownBy(() -> mounted.prepareRollback(PendingRollbackProto.getDefaultInstance()));
        MountProto elsewhere = mount.toBuilder().setBlockPoolId("BP-w").build();
        Registry replaced = mounted.mount(elsewhere);
        assertThat(replaced.mounts()).containsExactly(elsewhere);
        assertThat(replaced.umount(mount)).isSameAs(replaced);
        assertThat(replaced.umount(elsewhere).mounts()).isEmpty();
        assertThatIllegalStateException().isThrownBy(() -> active.beginDelete(1).mount(mount));
    }

    @Test
    void noIdIsUsedTwice() {
        Registry second = empty.create(snapshot("s")).bury(1).create(snapshot("s"));

        assertThat(second.find("s").orElseThrow().getId()).isEqualTo(2);
    }

    /** Whatever the lost versions said, a DataNode that comes back with them takes this one for newer. */
    @Test
    void aRegistryThatIsRestoredIsAboveEveryLostVersionAndEveryLostId() {
        Registry known = empty.create(snapshot("s")).mark(1, FENCE, 10).activate(1);
        Registry lost = known.create(snapshot("lost")).mark(2, FENCE, 20).activate(2);
        lost = lost.create(snapshot("deleted")).bury(3);

        Registry restored = known.asNewVersion();
        Registry next = restored.create(snapshot("next"));
        long id = next.find("next").orElseThrow().getId();

        assertThat(restored.snapshots()).isEqualTo(known.snapshots());
        assertThat(restored.version()).isGreaterThan(lost.version());
        assertThat(id).isGreaterThan(lost.toProto().getNextSnapshotId());
        assertThat(next.bury(id))
                .satisfies(after -> assertThat(after.isDeleted(id)).isTrue())
                .returns(SnapshotState.ABSENT, after -> after.stateOf(2))
                .returns(SnapshotState.ABSENT, after -> after.stateOf(id - 1));
    }

    @Test
    void stepsThatAreNotDrawnAreRefused() {
        Registry creating = empty.create(snapshot("s"));

        assertThatIllegalStateException().isThrownBy(() -> creating.activate(1));
        assertThatIllegalStateException().isThrownBy(() -> creating.beginDelete(1));
        assertThatIllegalStateException().isThrownBy(() -> creating.mark(2, FENCE, 1));
        assertThatIllegalStateException().isThrownBy(() -> creating.bury(1).bury(1));
        assertThatIllegalStateException().isThrownBy(() -> creating.create(snapshot("s")));
        assertThatIllegalStateException().isThrownBy(creating::cancelRollback);
    }

    @Test
    void onlyAnActiveSnapshotIsFoundAsOne() throws RefusedException {
        Registry creating = empty.create(snapshot("s"));

        assertThatThrownBy(() -> creating.active("s")).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> creating.active("t")).isInstanceOf(RefusedException.class);
        assertThat(creating.mark(1, FENCE, 1).activate(1).active("s").getId()).isEqualTo(1);
    }

    @Test
    void aRollbackIsPreparedCommittedAndFinished() {
        Registry pending = active("s").prepareRollback(pending());
        assertThat(pending.pendingRollback()).isPresent();
        assertThatIllegalStateException().isThrownBy(() -> pending.prepareRollback(pending()));
        assertThat(pending.cancelRollback().pendingRollback()).isEmpty();

        Registry committed = pending.commitRollback(epoch(1));
        assertThat(committed.pendingRollback()).isEmpty();
        assertThat(committed.unfinishedEpoch()).isPresent();
        assertThat(committed.nextEpochNumber()).isEqualTo(2);
        assertThatIllegalStateException().isThrownBy(() -> committed.finishEpoch(2));

        Registry finished = committed.finishEpoch(1);
        assertThat(finished.unfinishedEpoch()).isEmpty();
        assertThatIllegalStateException().isThrownBy(() -> finished.finishEpoch(1));
    }

    /** s1 at 100, back to it at 200, s2 at 250, back to s1 at 300, s3 at 350, back to s2 at 400, s4 at 450. */
    @Test
    void whatRollbacksTookBackDidNotExistAtALaterT() {
        Registry registry = marked(empty, 1, 100);
        registry = rolledBack(registry, 1, 1, 200);
        registry = marked(registry, 2, 250);
        registry = rolledBack(registry, 2, 1, 300);
        registry = marked(registry, 3, 350);
        registry = rolledBack(registry, 3, 2, 400);
        registry = marked(registry, 4, 450);

        assertThat(abandoned(registry, 1)).isEmpty();
        assertThat(abandoned(registry, 2)).containsExactly(range(101, 199));
        assertThat(abandoned(registry, 3)).containsExactly(range(101, 299));
        assertThat(abandoned(registry, 4)).containsExactly(range(101, 199), range(251, 399));
    }

    private static Registry marked(Registry before, long id, long stamp) {
        return before.create(snapshot("s" + id))
                .mark(id, FENCE.toBuilder().setStamp(stamp).build(), 10)
                .activate(id);
    }

    private static Registry rolledBack(Registry before, long epoch, long target, long newStamp) {
        return before.prepareRollback(pending())
                .commitRollback(epoch(epoch).toBuilder()
                        .setFence(before.find(target).orElseThrow().getFence())
                        .setNewStamp(newStamp)
                        .build())
                .finishEpoch(epoch);
    }

    private static List<IdRangeProto> abandoned(Registry registry, long id) {
        return registry.find(id).orElseThrow().getFence().getAbandonedList();
    }

    private static IdRangeProto range(long first, long last) {
        return IdRangeProto.newBuilder().setFirst(first).setLast(last).build();
    }

    @Test
    void anEpochHasToBeTheNextOne() {
        Registry pending = active("s").prepareRollback(pending());

        assertThatIllegalStateException().isThrownBy(() -> pending.commitRollback(epoch(2)));
        assertThatIllegalStateException().isThrownBy(() -> active("s").commitRollback(epoch(1)));
    }

    @Test
    void bytesAreReadAgain() throws IOException {
        Registry registry = active("s").prepareRollback(pending());

        assertThat(Registry.parse(registry.toBytes()).toProto()).isEqualTo(registry.toProto());
        assertThat(RegistryXAttr.decode(null, "BP-1").toProto()).isEqualTo(empty.toProto());
        assertThatThrownBy(() -> Registry.parse(new byte[] {1, 2, 3}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("can't be read");
    }

    @Test
    void aFullRegistrySaysHowManyFitAndKeepsRoomForTombstones() throws RefusedException {
        Registry registry = empty;
        int count = 0;
        while (fits(registry.create(snapshot("s" + count)), 1000)) {
            registry = registry.create(snapshot("s" + count++));
        }
        Registry full = registry.create(snapshot("more"));

        assertThatThrownBy(() -> RegistryXAttr.checkRoom(full, 1000))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("about " + count + " fit")
                .hasMessageContaining("dfs.namenode.fs-limits.max-xattr-size=1000");
        // What is no new snapshot may use the reserved part.
        assertThat(RegistryXAttr.encode(full, 1000)).isNotEmpty();
        assertThatThrownBy(() -> RegistryXAttr.encode(full, 500)).isInstanceOf(RefusedException.class);
    }

    private static boolean fits(Registry registry, int limit) {
        try {
            RegistryXAttr.checkRoom(registry, limit);
            return true;
        } catch (RefusedException e) {
            return false;
        }
    }

    private Registry active(String name) {
        return empty.create(snapshot(name)).mark(1, FENCE, 10).activate(1);
    }

    private static SnapshotProto snapshot(String name) {
        return SnapshotProto.newBuilder()
                .setId(0)
                .setName(name)
                .setState(SnapshotStateProto.CREATING)
                .setCreatedMillis(1_700_000_000_000L)
                .build();
    }

    private static PendingRollbackProto pending() {
        return PendingRollbackProto.newBuilder()
                .setSnapshotId(1)
                .setSafetySnapshotId(2)
                .setExpectedCount(2)
                .setHighestStamp(5)
                .setHighestBlockId(6)
                .build();
    }

    private static RollbackEpochProto epoch(long number) {
        return RollbackEpochProto.newBuilder()
                .setNumber(number)
                .setSnapshotId(1)
                .setFence(FENCE)
                .setNewStamp(2000)
                .setCommittedMillis(1)
                .setExpectedCount(2)
                .build();
    }
}
