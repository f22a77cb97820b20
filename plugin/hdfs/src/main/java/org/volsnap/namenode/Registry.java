/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.thirdparty.protobuf.InvalidProtocolBufferException;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.FenceProto;
import org.volsnap.protocol.proto.VolsnapProtos.IdRangeProto;
import org.volsnap.protocol.proto.VolsnapProtos.LeftOutProto;
import org.volsnap.protocol.proto.VolsnapProtos.MountProto;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/**
 * All volume snapshots of a block pool and its rollbacks. A value: each transition returns the next version, or throws
 * {@link IllegalStateException} when {@link SnapshotState} has no such step.
 */
public final class Registry {
    /** Far more than the versions, or the snapshots, that a lost registry can have had above the newest one that is known. */
    static final long RESTORE_MARGIN = 1_000_000;

    private final RegistryProto proto;

    private Registry(RegistryProto proto) {
        this.proto = proto;
    }

    /** The registry of a block pool that never had a snapshot; its version is 0. */
    public static Registry empty(String blockPoolId) {
        return new Registry(RegistryProto.newBuilder()
                .setVersion(0)
                .setBlockPoolId(requireNonNull(blockPoolId, "blockPoolId is null"))
                .setNextSnapshotId(1)
                .build());
    }

    static Registry of(RegistryProto proto) {
        return new Registry(requireNonNull(proto, "proto is null"));
    }

    public static Registry parse(byte[] bytes) throws RegistryDamagedException {
        try {
            return new Registry(RegistryProto.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            throw new RegistryDamagedException("the registry of snapshots can't be read: " + e.getMessage(), e);
        }
    }

    public byte[] toBytes() {
        return proto.toByteArray();
    }

    public RegistryProto toProto() {
        return proto;
    }

    public long version() {
        return proto.getVersion();
    }

    /** Oldest first. */
    public List<SnapshotProto> snapshots() {
        return proto.getSnapshotsList();
    }

    public Optional<SnapshotProto> find(String name) {
        return snapshots().stream().filter(s -> s.getName().equals(name)).findFirst();
    }

    public Optional<SnapshotProto> find(long id) {
        return snapshots().stream().filter(s -> s.getId() == id).findFirst();
    }

    /** What an operator calls it. */
    public String nameOf(long id) {
        return find(id).map(SnapshotProto::getName).orElse("a deleted snapshot");
    }

    /** The snapshot with this name, which must be ACTIVE. */
    public SnapshotProto active(String name) throws RefusedException {
        SnapshotProto snapshot = find(name).orElseThrow(() -> new RefusedException("no snapshot named " + name));
        if (SnapshotState.of(snapshot.getState()) != SnapshotState.ACTIVE) {
            throw new RefusedException("snapshot " + name + " is " + snapshot.getState());
        }
        return snapshot;
    }

    SnapshotState stateOf(long id) {
        return find(id).map(snapshot -> SnapshotState.of(snapshot.getState()))
                .orElse(isDeleted(id) ? SnapshotState.DELETED : SnapshotState.ABSENT);
    }

    /** What is mounted, in the order in which it was. */
    public List<MountProto> mounts() {
        return proto.getMountsList();
    }

    public Optional<MountProto> mountOf(long id) {
        return mounts().stream().filter(mount -> mount.getSnapshotId() == id).findFirst();
    }

    public boolean isDeleted(long id) {
        return IdRanges.contain(proto.getDeletedList(), id);
    }

    public Optional<PendingRollbackProto> pendingRollback() {
        return proto.hasPendingRollback() ? Optional.of(proto.getPendingRollback()) : Optional.empty();
    }

    /** The last rollback, while DataNodes are still carrying it out. */
    public Optional<RollbackEpochProto> unfinishedEpoch() {
        return lastEpoch().filter(epoch -> !epoch.getFinished());
    }

    public Optional<RollbackEpochProto> lastEpoch() {
        int count = proto.getEpochsCount();
        return count == 0 ? Optional.empty() : Optional.of(proto.getEpochs(count - 1));
    }

    /**
     * The same as a version that nobody has seen, not even a DataNode that is down and knows a newer one than this. No
     * id that was given out since is given out again. The ids that are passed over are not deleted: who keeps
     * such a snapshot goes on keeping it.
     */
    Registry asNewVersion() {
        return changed(proto.toBuilder()
                .setVersion(proto.getVersion() + RESTORE_MARGIN)
                .setNextSnapshotId(proto.getNextSnapshotId() + RESTORE_MARGIN));
    }

    /** Begins a snapshot; only its name, creator and the like are taken, id and state are given here. */
    Registry create(SnapshotProto snapshot) {
        long id = proto.getNextSnapshotId();
        checkStep(id, SnapshotState.CREATING);
        checkState(find(snapshot.getName()).isEmpty(), "a snapshot named %s exists", snapshot.getName());
        return changed(next().setNextSnapshotId(id + 1)
                .addSnapshots(snapshot.toBuilder().setId(id).setState(SnapshotState.CREATING.toProto())));
    }

    /** @param fence the last stamps given out; those that rollbacks have taken back are left out of it here */
    Registry mark(long id, FenceProto fence, long txid) {
        checkStep(id, SnapshotState.MARKED);
        FenceProto existing =
                fence.toBuilder().addAllAbandoned(abandonedStamps()).build();
        return replace(
                id,
                builder(id, SnapshotState.MARKED)
                        .setFence(existing)
                        .setTxid(txid)
                        .build());
    }

    /**
     * What was abandoned at the T of the last rollback's target, and what was given out from there to that rollback.
     */
    private List<IdRangeProto> abandonedStamps() {
        RollbackEpochProto last = lastEpoch().orElse(null);
        if (last == null) {
            return List.of();
        }
        List<IdRangeProto> abandoned = new ArrayList<>(last.getFence().getAbandonedList());
        abandoned.add(IdRangeProto.newBuilder()
                .setFirst(last.getFence().getStamp() + 1)
                .setLast(last.getNewStamp() - 1)
                .build());
        return abandoned;
    }

    /** Nothing on these DataNodes counts for the snapshot, which is being created. */
    Registry leaveOut(long id, List<LeftOutProto> datanodes) {
        SnapshotState now = stateOf(id);
        checkState(
                now == SnapshotState.CREATING || now == SnapshotState.MARKED,
                "snapshot %s is %s and leaves nobody out any more",
                id,
                now);
        SnapshotProto snapshot = proto.getSnapshots(indexOf(id));
        return replace(id, snapshot.toBuilder().addAllLeftOut(datanodes).build());
    }

    public Registry activate(long id) {
        checkStep(id, SnapshotState.ACTIVE);
        return replace(id, builder(id, SnapshotState.ACTIVE).build());
    }

    Registry beginDelete(long id) {
        checkState(mountOf(id).isEmpty(), "snapshot %s is mounted", id);
        checkStep(id, SnapshotState.DELETING);
        return replace(id, builder(id, SnapshotState.DELETING).build());
    }

    /** Ends a deletion, or a creation that failed: only the tombstone remains. */
    Registry bury(long id) {
        checkStep(id, SnapshotState.DELETED);
        List<IdRangeProto> deleted = IdRanges.plus(proto.getDeletedList(), id);
        return changed(next().removeSnapshots(indexOf(id)).clearDeleted().addAllDeleted(deleted));
    }

    Registry prepareRollback(PendingRollbackProto pending) {
        checkState(!proto.hasPendingRollback(), "a rollback is already pending");
        checkState(mounts().isEmpty(), "a snapshot is mounted");
        return changed(next().setPendingRollback(pending));
    }

    Registry cancelRollback() {
        checkState(proto.hasPendingRollback(), "no rollback is pending");
        return changed(next().clearPendingRollback());
    }

    /** The pending rollback becomes an epoch: from here on the cluster is rolled back. */
    public Registry commitRollback(RollbackEpochProto epoch) {
        checkState(proto.hasPendingRollback(), "no rollback is pending");
        checkState(
                epoch.getNumber() == nextEpochNumber(), "epoch %s, expected %s", epoch.getNumber(), nextEpochNumber());
        return changed(next().clearPendingRollback().addEpochs(epoch));
    }

    Registry finishEpoch(long number) {
        RollbackEpochProto last = unfinishedEpoch().orElseThrow(() -> new IllegalStateException("no epoch is open"));
        checkState(last.getNumber() == number, "epoch %s is open, not %s", last.getNumber(), number);
        return changed(
                next().setEpochs(proto.getEpochsCount() - 1, last.toBuilder().setFinished(true)));
    }

    /** A snapshot can be read from now on; what was mounted of it before is replaced. */
    Registry mount(MountProto mount) {
        SnapshotState now = stateOf(mount.getSnapshotId());
        checkState(now == SnapshotState.ACTIVE, "snapshot %s is %s and can't be mounted", mount.getSnapshotId(), now);
        checkState(!proto.hasPendingRollback() && unfinishedEpoch().isEmpty(), "a rollback is under way");
        return changed(next().clearMounts()
                .addAllMounts(mountsWithout(mount.getSnapshotId()))
                .addMounts(mount));
    }

    /** It can't be read any more; this registry when it could not. */
    Registry umount(MountProto mount) {
        return mounts().contains(mount)
                ? changed(next().clearMounts().addAllMounts(mountsWithout(mount.getSnapshotId())))
                : this;
    }

    private List<MountProto> mountsWithout(long id) {
        return mounts().stream().filter(mount -> mount.getSnapshotId() != id).toList();
    }

    public long nextEpochNumber() {
        return lastEpoch().map(RollbackEpochProto::getNumber).orElse(0L) + 1;
    }

    private RegistryProto.Builder next() {
        return proto.toBuilder().setVersion(proto.getVersion() + 1);
    }

    private static Registry changed(RegistryProto.Builder builder) {
        return new Registry(builder.build());
    }

    private Registry replace(long id, SnapshotProto snapshot) {
        return changed(next().setSnapshots(indexOf(id), snapshot));
    }

    private SnapshotProto.Builder builder(long id, SnapshotState state) {
        return proto.getSnapshots(indexOf(id)).toBuilder().setState(state.toProto());
    }

    private int indexOf(long id) {
        return IntStream.range(0, proto.getSnapshotsCount())
                .filter(index -> proto.getSnapshots(index).getId() == id)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no snapshot " + id));
    }

    private void checkStep(long id, SnapshotState nextState) {
        SnapshotState now = stateOf(id);
        checkState(now.mayBecome(nextState), "snapshot %s is %s and can't become %s", id, now, nextState);
    }

    @Override
    public String toString() {
        return "Registry[version=" + version() + ", snapshots="
                + snapshots().stream().map(s -> s.getId() + ":" + s.getState()).toList() + "]";
    }
}
