/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hadoop.hdfs.protocol.DatanodeID;
import org.apache.hadoop.hdfs.server.blockmanagement.DatanodeDescriptor;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.apache.hadoop.hdfs.server.protocol.VolumeFailureSummary;
import org.volsnap.protocol.LeftOut;
import org.volsnap.protocol.proto.VolsnapProtos.MissingStorageProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/** DataNodes, and storage volumes of those that are there, whose replicas a rollback to a snapshot has to do without. */
final class MissingStorage {
    private final VolsnapNameNodeBridge nameNode;
    private final DatanodeTracker tracker;
    private final SnapshotProto target;

    MissingStorage(VolsnapNameNodeBridge nameNode, DatanodeTracker tracker, SnapshotProto target) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.tracker = requireNonNull(tracker, "tracker is null");
        this.target = requireNonNull(target, "target is null");
    }

    /** One for each thing that is missing, the dead first. */
    List<MissingStorageProto> toProto() {
        List<MissingStorageProto> missing = new ArrayList<>();
        for (DatanodeDescriptor datanode : nameNode.deadDatanodes()) {
            missing.add(missing(datanode, "dead"));
        }
        for (DatanodeDescriptor datanode : nameNode.liveDatanodes()) {
            if (tracker.runsWithoutPlugin(datanode)) {
                missing.add(missing(datanode, "runs without volsnap"));
            } else if (tracker.isSilent(datanode.getDatanodeUuid())) {
                missing.add(missing(datanode, "does not poll"));
            }
            if (LeftOut.contains(target, datanode.getDatanodeUuid())) {
                missing.add(missing(datanode, "left out of " + target.getName() + ": what it holds goes"));
            }
            addVolumes(datanode, missing);
        }
        return missing;
    }

    private void addVolumes(DatanodeDescriptor datanode, List<MissingStorageProto> missing) {
        VolumeFailureSummary failures = datanode.getVolumeFailureSummary();
        if (failures != null) {
            for (String location : failures.getFailedStorageLocations()) {
                missing.add(missing(datanode, "storage volume " + location + " has failed"));
            }
        }
        tracker.lastPoll(datanode.getDatanodeUuid())
                .filter(poll -> poll.hasProblem())
                .ifPresent(poll -> missing.add(missing(datanode, poll.getProblem())));
    }

    private static MissingStorageProto missing(DatanodeDescriptor datanode, String reason) {
        return MissingStorageProto.newBuilder()
                .setDatanode(datanode.getXferAddr())
                .setReason(reason)
                .build();
    }

    /** Why a rollback would be refused because of them: a DataNode without volsnap would go on serving what goes. */
    Optional<String> refusal() {
        String without = nameNode.liveDatanodes().stream()
                .filter(tracker::runsWithoutPlugin)
                .map(DatanodeID::getXferAddr)
                .collect(Collectors.joining(", "));
        return without.isEmpty()
                ? Optional.empty()
                : Optional.of(without + " run without volsnap: enable volsnap on them or stop them");
    }
}
