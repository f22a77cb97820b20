/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.hadoop.hdfs.server.namenode.SafeModeException;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.protocol.MountAddress;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.MountProto;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/**
 * Deletes snapshots: recorded at once, carried out in the background. When every live DataNode has let go, the kept
 * namespace is removed, and only then the snapshot becomes a tombstone: a DataNode that was away finds that one.
 */
final class SnapshotDeleter {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotDeleter.class);

    private final VolsnapNameNodeBridge nameNode;
    private final RegistryKeeper registry;
    private final DatanodeTracker tracker;
    private final NamespaceKeeper namespaces;

    SnapshotDeleter(
            VolsnapNameNodeBridge nameNode,
            RegistryKeeper registry,
            DatanodeTracker tracker,
            NamespaceKeeper namespaces) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.tracker = requireNonNull(tracker, "tracker is null");
        this.namespaces = requireNonNull(namespaces, "namespaces is null");
    }

    /** Records that a snapshot is to go. Again for one that is going already does nothing. */
    void begin(String name) throws IOException {
        SnapshotProto snapshot = find(name);
        if (SnapshotState.of(snapshot.getState()) == SnapshotState.ACTIVE) {
            registry.update(latest -> latest.beginDelete(snapshot.getId()));
        }
    }

    /** Throws what {@link #begin} would throw; changes nothing. */
    void check(String name) throws IOException {
        SnapshotProto snapshot = find(name);
        if (nameNode.isInSafeMode()) {
            throw new SafeModeException(
                    "Cannot delete snapshot " + snapshot.getName() + ": the NameNode is in safe mode");
        }
        registry.update(UnaryOperator.identity());
    }

    /** A snapshot that may be deleted, or is being deleted. */
    private SnapshotProto find(String name) throws RefusedException {
        Registry current = registry.current();
        SnapshotProto snapshot =
                current.find(name).orElseThrow(() -> new RefusedException("no snapshot named " + name));
        switch (SnapshotState.of(snapshot.getState())) {
            case DELETING -> {}
            case ACTIVE -> checkNotNeeded(current, snapshot);
            default -> throw new RefusedException("snapshot " + name + " is being created");
        }
        return snapshot;
    }

    private static void checkNotNeeded(Registry registry, SnapshotProto snapshot) throws RefusedException {
        Optional<PendingRollbackProto> pending = registry.pendingRollback();
        if (pending.isPresent()
                && (pending.get().getSnapshotId() == snapshot.getId()
                        || pending.get().getSafetySnapshotId() == snapshot.getId())) {
            throw new RefusedException("snapshot " + snapshot.getName() + " belongs to the rollback that is prepared");
        }
        Optional<MountProto> mount = registry.mountOf(snapshot.getId());
        if (mount.isPresent()) {
            throw new RefusedException("snapshot " + snapshot.getName() + " is mounted at "
                    + MountAddress.uri(mount.get()) + ": umount it first");
        }
        boolean ofEpoch = registry.unfinishedEpoch()
                .filter(epoch -> epoch.getSnapshotId() == snapshot.getId() || snapshot.getSafety())
                .isPresent();
        if (ofEpoch) {
            throw new RefusedException(
                    "snapshot " + snapshot.getName() + " belongs to the rollback that DataNodes are carrying out");
        }
    }

    /** Goes on with what can go on; nothing is removed while the registry can't be trusted. */
    void housekeep() {
        if (nameNode.isInSafeMode()
                || nameNode.isUpgrading()
                || registry.problem().isPresent()) {
            return;
        }
        Registry current = registry.current();
        for (SnapshotProto snapshot : deleting(current)) {
            if (allLetGo(current, snapshot.getId())) {
                finish(snapshot);
            }
        }
    }

    private static List<SnapshotProto> deleting(Registry registry) {
        return registry.snapshots().stream()
                .filter(snapshot -> SnapshotState.of(snapshot.getState()) == SnapshotState.DELETING)
                .toList();
    }

    /**
     * A silent DataNode is not waited for, nor one without the plugin: it drops nothing by itself, and finds the
     * tombstone when it returns.
     */
    private boolean allLetGo(Registry registry, long id) {
        return nameNode.liveDatanodes().stream().allMatch(datanode -> {
            String uuid = datanode.getDatanodeUuid();
            return tracker.isSilent(uuid)
                    || tracker.runsWithoutPlugin(datanode)
                    || tracker.lastPoll(uuid)
                            .filter(poll -> poll.getRegistryVersion() >= registry.version())
                            .filter(poll -> poll.getSnapshotsList().stream().noneMatch(report -> report.getId() == id))
                            .isPresent();
        });
    }

    private void finish(SnapshotProto snapshot) {
        try {
            namespaces.remove(snapshot);
            registry.update(current -> current.bury(snapshot.getId()));
            LOG.info("snapshot {} ({}) is deleted", snapshot.getName(), snapshot.getId());
        } catch (IOException | RuntimeException e) {
            LOG.warn("snapshot {} can't be removed yet", snapshot.getName(), e);
        }
    }
}
