/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.hadoop.hdfs.server.namenode.SafeModeException;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotAckProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/**
 * Takes a volume snapshot, step by step:
 *
 * <ol>
 *   <li>{@link #begin}: CREATING is recorded, and every live DataNode preserves everything
 *   <li>{@link #mark}: T
 *   <li>{@link #awaitRecorded}: every live DataNode has recorded, durably, the replicas that were open at T
 *   <li>{@link #keepNamespace}: the namespace at T is kept
 *   <li>{@link #activate}
 * </ol>
 *
 * A failure at any step is followed by {@link #abandon}: only a tombstone remains.
 */
final class SnapshotCreator {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotCreator.class);

    private final VolsnapNameNodeBridge nameNode;
    private final RegistryKeeper registry;
    private final AckBarrier barrier;
    private final NamespaceKeeper namespaces;
    private final UpgradeWatch upgrades;
    private final Mark mark;
    private final Clock clock;

    SnapshotCreator(
            VolsnapNameNodeBridge nameNode,
            RegistryKeeper registry,
            AckBarrier barrier,
            NamespaceKeeper namespaces,
            UpgradeWatch upgrades,
            Clock clock) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.barrier = requireNonNull(barrier, "barrier is null");
        this.namespaces = requireNonNull(namespaces, "namespaces is null");
        this.upgrades = requireNonNull(upgrades, "upgrades is null");
        this.mark = new Mark(nameNode, registry);
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** Who wants a snapshot. */
    enum Purpose {
        OPERATOR,
        SAFETY,
        WINDOW
    }

    /** A snapshot that is ACTIVE, and how long the namesystem stood still for it. */
    record Created(SnapshotProto snapshot, Duration markTime) {}

    /**
     * Takes one.
     *
     * @param allowMissing so many live DataNodes may fail to follow: those are left out, for ever
     */
    Created create(String name, String creator, Purpose purpose, int allowMissing) throws IOException {
        long id = begin(name, creator, purpose);
        try {
            awaitPreserving(id, allowMissing);
            Duration markTime = mark(id, UnaryOperator.identity(), () -> {});
            awaitRecorded(id, allowMissing);
            keepNamespace(id);
            return new Created(activate(id), markTime);
        } catch (IOException | RuntimeException e) {
            abandon(id);
            throw e;
        }
    }

    /** Throws where no snapshot can be taken now. */
    void checkPossible(String name) throws IOException {
        SnapshotNames.check(name);
        Registry current = registry.current();
        if (current.find(name).isPresent()) {
            throw new RefusedException("a snapshot named " + name + " exists");
        }
        checkNoRollback(current);
        if (nameNode.isUpgrading()) {
            throw new RefusedException("an upgrade of HDFS is not finalized");
        }
        upgrades.checkCheckpointed();
        if (nameNode.isInSafeMode()) {
            throw new SafeModeException("Cannot create snapshot " + name + ": the NameNode is in safe mode");
        }
    }

    private static void checkNoRollback(Registry current) throws RefusedException {
        Optional<PendingRollbackProto> pending = current.pendingRollback();
        if (pending.isPresent()) {
            throw new RefusedException(
                    "a rollback to " + current.nameOf(pending.get().getSnapshotId())
                            + " is prepared; carry it out (-rollback), or cancel it (-cancelRollback)");
        }
        Optional<RollbackEpochProto> halfDone = current.unfinishedEpoch();
        if (halfDone.isPresent()) {
            throw new RefusedException("DataNodes are still rolling back to "
                    + current.nameOf(halfDone.get().getSnapshotId()) + "; wait until -status says that it is finished");
        }
    }

    /** Records it as CREATING; returns its id. */
    long begin(String name, String creator, Purpose purpose) throws IOException {
        checkPossible(name);
        SnapshotProto.Builder snapshot = SnapshotProto.newBuilder()
                .setId(0)
                .setName(name)
                .setState(SnapshotState.CREATING.toProto())
                .setCreatedMillis(clock.millis())
                .setCreator(creator)
                .setLayoutVersion(nameNode.layoutVersion());
        switch (purpose) {
            case OPERATOR -> {}
            case SAFETY -> snapshot.setSafety(true);
            case WINDOW -> snapshot.setWindow(true);
        }
        Registry after = registry.updateWithRoom(current -> current.create(snapshot.build()));
        return after.find(name).orElseThrow().getId();
    }

    Duration mark(long id, UnaryOperator<Registry> also, Mark.Rest rest) throws IOException {
        return mark.mark(id, also, rest);
    }

    void awaitPreserving(long id, int allowMissing) throws IOException {
        await(id, SnapshotAckProto.PRESERVING, allowMissing);
    }

    void awaitRecorded(long id, int allowMissing) throws IOException {
        await(id, SnapshotAckProto.RECORDED, allowMissing);
    }

    private void await(long id, SnapshotAckProto ack, int allowMissing) throws IOException {
        SnapshotProto snapshot = registry.current().find(id).orElseThrow();
        Absentees absentees = barrier.awaitAck(snapshot, ack);
        int needed = snapshot.getLeftOutCount() + absentees.count();
        if (needed > allowMissing) {
            throw absentees.refusal(remedy(snapshot, needed));
        }
        if (!absentees.isEmpty()) {
            registry.updateWithRoom(current -> current.leaveOut(id, absentees.toProto()));
        }
    }

    /** No DataNode can be left out of a rollback: it would serve what is to be taken back. */
    private static String remedy(SnapshotProto snapshot, int needed) {
        String repair = "enable volsnap on them or stop them";
        return snapshot.getSafety()
                ? repair
                : repair + ", or leave out what they hold with -create -allowMissing " + needed;
    }

    void keepNamespace(long id) throws IOException {
        namespaces.keep(registry.current().find(id).orElseThrow());
    }

    SnapshotProto activate(long id) throws IOException {
        return registry.update(current -> current.activate(id)).find(id).orElseThrow();
    }

    /**
     * Leaves only the tombstone. Where even that can't be written now, the next start of the NameNode does it, or the
     * restoring of the registry.
     */
    void abandon(long id) {
        Optional<String> problem = registry.problem();
        if (problem.isPresent()) {
            LOG.warn("snapshot {} was not created, and its remains stay: {}", id, problem.get());
            return;
        }
        try {
            SnapshotProto snapshot = registry.current().find(id).orElse(null);
            if (snapshot != null) {
                namespaces.remove(snapshot);
                registry.update(current -> current.bury(id));
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("snapshot {} was not created, and its remains can't be removed yet", id, e);
        }
    }
}
