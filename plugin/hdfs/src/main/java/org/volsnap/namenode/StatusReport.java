/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.hdfs.server.blockmanagement.DatanodeDescriptor;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.volsnap.protocol.proto.VolsnapProtos.DatanodeStatusProto;
import org.volsnap.protocol.proto.VolsnapProtos.KeptNamespacesResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.NamespaceCopyProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;

/** What {@code -status} shows. */
final class StatusReport {
    /** A live DataNode that has never polled, or that sends heartbeats and has stopped to poll. */
    static final String NO_PLUGIN = "NO_PLUGIN";

    /** A live DataNode whose lease is over. */
    static final String SILENT = "SILENT";

    /** Of DataNodes that a rollback waits for: who waits for more does not read names. */
    private static final int AWAITED_NAMES = 10;

    private final VolsnapNameNodeBridge nameNode;
    private final RegistryKeeper registry;
    private final DatanodeTracker tracker;
    private final NamespaceDirs namespaces;
    private final Partners partners;
    private final AwaitedDatanodes awaited;
    private final WindowLog window;

    StatusReport(
            VolsnapNameNodeBridge nameNode,
            RegistryKeeper registry,
            DatanodeTracker tracker,
            NamespaceDirs namespaces,
            Partners partners,
            AwaitedDatanodes awaited,
            WindowLog window) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.tracker = requireNonNull(tracker, "tracker is null");
        this.namespaces = requireNonNull(namespaces, "namespaces is null");
        this.partners = requireNonNull(partners, "partners is null");
        this.awaited = requireNonNull(awaited, "awaited is null");
        this.window = requireNonNull(window, "window is null");
    }

    StatusResponseProto report() throws IOException {
        Registry current = registry.current();
        StatusResponseProto.Builder status = StatusResponseProto.newBuilder()
                .setRegistry(current.toProto())
                .setSafeMode(nameNode.isInSafeMode())
                .addAllRollbackProgress(tracker.rollbackProgress().toProto())
                .addAllDatanodes(
                        nameNode.liveDatanodes().stream().map(this::datanode).toList())
                .addAllNamespaces(
                        current.snapshots().stream().map(this::namespace).toList());
        registry.problem().ifPresent(status::setRegistryProblem);
        window.status().ifPresent(status::setWindow);
        RollbackEpochProto running = current.unfinishedEpoch().orElse(null);
        if (running != null) {
            status.addAllAwaited(awaited.names(running, AWAITED_NAMES));
        }
        return status.build();
    }

    /** The copies on this host. */
    KeptNamespacesResponseProto kept() {
        return KeptNamespacesResponseProto.newBuilder()
                .addAllNamespaces(registry.current().snapshots().stream()
                        .map(this::namespace)
                        .toList())
                .build();
    }

    private DatanodeStatusProto datanode(DatanodeDescriptor datanode) {
        DatanodeStatusProto.Builder status = DatanodeStatusProto.newBuilder()
                .setUuid(datanode.getDatanodeUuid())
                .setHostAndPort(datanode.getXferAddr())
                .setMode(NO_PLUGIN);
        tracker.lastPoll(datanode.getDatanodeUuid()).ifPresent(poll -> fill(status, poll));
        if (tracker.runsWithoutPlugin(datanode)) {
            status.setMode(NO_PLUGIN);
        }
        return status.build();
    }

    private void fill(DatanodeStatusProto.Builder status, PollRequestProto poll) {
        String uuid = poll.getDatanodeUuid();
        status.setMode(tracker.isSilent(uuid) ? SILENT : poll.getMode())
                .setPendingExceptions(poll.getPendingExceptions())
                .setCompletedExceptions(poll.getCompletedExceptions())
                .setConflictingReads(poll.getConflictingReads())
                .setAppliedEpoch(poll.getAppliedEpoch())
                .setRollbackReady(poll.getRollbackReady())
                .addAllSnapshots(poll.getSnapshotsList());
        tracker.age(uuid).ifPresent(age -> status.setLastContactMillis(age.toMillis()));
        if (poll.hasProblem()) {
            status.setProblem(poll.getProblem());
        }
    }

    private NamespaceCopyProto namespace(SnapshotProto snapshot) {
        List<Path> copies = namespaces.copies(snapshot, nameNode.blockPoolId());
        return NamespaceCopyProto.newBuilder()
                .setSnapshotId(snapshot.getId())
                .setCopies(copies.size())
                .setElsewhere(partners.copiesElsewhere(snapshot.getId()))
                .setBytes(copies.stream().mapToLong(NamespaceDirs::bytes).sum())
                .build();
    }
}
