/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Clock;
import java.util.function.UnaryOperator;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.namenode.SnapshotCreator.Purpose;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;
import org.volsnap.protocol.proto.VolsnapProtos.PrepareRollbackResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.PreviewRollbackResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/**
 * Brings the cluster into the state in which it can be rolled back: a safety snapshot is marked, and at the same
 * instant the rollback is recorded as pending and safe mode begins, so that nothing comes after the safety snapshot. In
 * safe mode the registry can't be written: the safety snapshot stays MARKED until the rollback, or its cancelling,
 * makes it ACTIVE.
 */
final class RollbackPreparer {
    private static final Logger LOG = LoggerFactory.getLogger(RollbackPreparer.class);

    private final VolsnapNameNodeBridge nameNode;
    private final RegistryKeeper registry;
    private final SnapshotCreator creator;
    private final AckBarrier barrier;
    private final DatanodeTracker tracker;
    private final ExpectedDatanodesKeeper expectedDatanodes;
    private final NamespaceDirs dirs;
    private final Clock clock;

    RollbackPreparer(
            VolsnapNameNodeBridge nameNode,
            RegistryKeeper registry,
            SnapshotCreator creator,
            AckBarrier barrier,
            DatanodeTracker tracker,
            ExpectedDatanodesKeeper expectedDatanodes,
            NamespaceDirs dirs,
            Clock clock) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.creator = requireNonNull(creator, "creator is null");
        this.barrier = requireNonNull(barrier, "barrier is null");
        this.tracker = requireNonNull(tracker, "tracker is null");
        this.expectedDatanodes = requireNonNull(expectedDatanodes, "expectedDatanodes is null");
        this.dirs = requireNonNull(dirs, "dirs is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** What {@link #prepare} would meet; changes nothing and waits for nobody. */
    PreviewRollbackResponseProto preview(String name) throws IOException {
        SnapshotProto target = checkTarget(name);
        creator.checkPossible(SnapshotNames.beforeRollback(target, clock));
        registry.update(UnaryOperator.identity()); // refuses where nothing can be written
        MissingStorage missing = new MissingStorage(nameNode, tracker, target);
        PreviewRollbackResponseProto.Builder preview =
                PreviewRollbackResponseProto.newBuilder().setTarget(target).addAllMissing(missing.toProto());
        missing.refusal().ifPresent(preview::setRefusal);
        return preview.build();
    }

    /** @param forced the caller did not look whether every block of T has a replica */
    PrepareRollbackResponseProto prepare(String name, String user, boolean forced) throws IOException {
        SnapshotProto target = checkTarget(name);
        long safety = creator.begin(SnapshotNames.beforeRollback(target, clock), user, Purpose.SAFETY);
        try {
            creator.awaitPreserving(safety, 0);
            int expected = expectedDatanodes.record(safety);
            creator.mark(
                    safety,
                    current -> current.prepareRollback(pending(target, safety, expected, forced)),
                    nameNode::enterSafeMode);
            creator.awaitRecorded(safety, 0);
            barrier.awaitRollbackReady(registry.current().version());
            creator.keepNamespace(safety);
        } catch (IOException | RuntimeException e) {
            undo(safety);
            throw e;
        }
        return PrepareRollbackResponseProto.newBuilder()
                .setTarget(target)
                .setSafety(registry.current().find(safety).orElseThrow())
                .addAllNextLines(NextLines.afterPrepare(nameNode.conf(), name, forced))
                .build();
    }

    private SnapshotProto checkTarget(String name) throws IOException {
        SnapshotProto target = registry.current().active(name);
        Mounter.refuseMounted(registry.current());
        if (target.getLayoutVersion() != nameNode.layoutVersion()) {
            throw new RefusedException("snapshot " + name + " was taken under layout version "
                    + target.getLayoutVersion() + ", HDFS now has " + nameNode.layoutVersion());
        }
        NamespaceSource.of(dirs.copy(target, nameNode.blockPoolId()), target.getTxid())
                .check();
        return target;
    }

    private PendingRollbackProto pending(SnapshotProto target, long safety, int expected, boolean forced) {
        return PendingRollbackProto.newBuilder()
                .setForced(forced)
                .setSnapshotId(target.getId())
                .setSafetySnapshotId(safety)
                .setExpectedCount(expected)
                .setHighestStamp(tracker.highestStamp())
                .setHighestBlockId(tracker.highestBlockId())
                .build();
    }

    /** A preparation that failed leaves nothing, not even its safety snapshot. */
    private void undo(long safety) {
        try {
            if (registry.current().pendingRollback().isPresent()) {
                registry.checkChangeable();
                leaveSafeMode();
                registry.update(Registry::cancelRollback);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("the preparation of a rollback failed and can't be undone yet; -cancelRollback does it", e);
            return;
        }
        creator.abandon(safety);
    }

    /** Undoes a preparation; its safety snapshot stays, as an ordinary one, where its namespace was kept. */
    void cancel() throws IOException {
        PendingRollbackProto pending = registry.current().pendingRollback().orElse(null);
        if (pending == null) {
            return;
        }
        registry.checkChangeable(); // before anybody can write to a cluster whose rollback stays prepared
        leaveSafeMode();
        long id = pending.getSafetySnapshotId();
        if (isKept(id)) {
            registry.update(current -> current.cancelRollback().activate(id));
        } else {
            registry.update(Registry::cancelRollback);
            creator.abandon(id);
        }
    }

    private boolean isKept(long id) {
        return registry.current()
                .find(id)
                .filter(safety -> dirs.copies(safety, nameNode.blockPoolId()).size()
                        == dirs.roots().size())
                .isPresent();
    }

    private void leaveSafeMode() throws IOException {
        nameNode.leaveSafeMode();
        if (nameNode.isInSafeMode()) {
            throw new RefusedException(
                    "the NameNode does not leave safe mode; see 'hdfs dfsadmin -safemode get' and its log");
        }
    }
}
