/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static java.util.stream.Collectors.toMap;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.volsnap.datanode.PoolControl;
import org.volsnap.engine.EngineStatus;
import org.volsnap.engine.EngineStatus.SnapshotStatus;
import org.volsnap.model.SnapshotId;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotAckProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotReportProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyResultProto;

/** Puts together what this DataNode tells of a block pool. For one thread. */
final class PollComposer {
    private static final SnapshotStatus NOTHING = new SnapshotStatus(0, 0, 0, 0);

    private final FollowerSettings settings;
    private final PoolControl control;
    private final FollowerState state;
    private final ChainKeeper chain;

    PollComposer(FollowerSettings settings, PoolControl control, FollowerState state, ChainKeeper chain) {
        this.settings = settings;
        this.control = control;
        this.state = state;
        this.chain = chain;
    }

    /** What every poll says; cheap. */
    PollRequestProto.Builder compose(FollowerMode mode, List<VerifyResultProto> verified) {
        EngineStatus status = control.engine().status();
        return PollRequestProto.newBuilder()
                .setDatanodeUuid(settings.datanodeUuid())
                .setHostAndPort(settings.hostAndPort())
                .setBlockPoolId(control.blockPoolId())
                .setRegistryVersion(state.registry().getVersion())
                .setMode(mode.name())
                .addAllSnapshots(reports(status))
                .setAppliedEpoch(state.appliedEpoch())
                .setPendingExceptions(status.pending())
                .setCompletedExceptions(status.completed())
                .setConflictingReads(status.conflictingReads())
                .setHighestStamp(control.highestStamp())
                .setHighestBlockId(control.highestBlockId())
                .addAllVerifyResults(verified);
    }

    /** One line for the operator. */
    @SafeVarargs
    static Optional<String> oneLine(Optional<String>... problems) {
        return Stream.of(problems)
                .flatMap(Optional::stream)
                .map(problem -> problem.replace('\n', ' '))
                .reduce((one, other) -> one + "; " + other);
    }

    /** How far every snapshot has come here. */
    Map<Long, SnapshotAckProto> acks() {
        return state.chain().keySet().stream()
                .filter(id -> !id.isProvisional())
                .collect(toMap(SnapshotId::registryNumber, chain::ack));
    }

    /** The same, as this poll said it. */
    static Map<Long, SnapshotAckProto> acks(PollRequestProto request) {
        return request.getSnapshotsList().stream()
                .collect(toMap(SnapshotReportProto::getId, SnapshotReportProto::getAck));
    }

    /** Snapshots of the registry only: a provisional one is this DataNode's own affair. */
    private List<SnapshotReportProto> reports(EngineStatus status) {
        return state.chain().keySet().stream()
                .filter(id -> !id.isProvisional())
                .map(id -> report(id, status.snapshots().getOrDefault(id, NOTHING)))
                .toList();
    }

    private SnapshotReportProto report(SnapshotId id, SnapshotStatus status) {
        return SnapshotReportProto.newBuilder()
                .setId(id.registryNumber())
                .setAck(chain.ack(id))
                .setPreservedBytes(status.preservedBytes())
                .setVersions(status.versions())
                .setCompleted(status.chunks())
                .setLost(status.lostVersions())
                .build();
    }
}
