/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.hdfs.protocol.DatanodeID;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

/** Writes down the DataNodes that a rollback will wait for, and forgets them when it is over. Safe for many threads. */
final class ExpectedDatanodesKeeper {
    private final VolsnapNameNodeBridge nameNode;

    ExpectedDatanodesKeeper(VolsnapNameNodeBridge nameNode) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
    }

    /** Writes down those that are live now; durable on return. Returns how many. */
    int record(long safetySnapshotId) throws IOException {
        List<String> live = nameNode.liveDatanodes().stream()
                .map(DatanodeID::getDatanodeUuid)
                .toList();
        List<byte[]> attributes = new ExpectedDatanodes(safetySnapshotId, live).encode(nameNode.attributeSizeLimit());
        return nameNode.exclusively("volsnapExpectDatanodes", () -> {
            for (int number = 0; number < attributes.size(); number++) {
                nameNode.setRootAttribute(ExpectedDatanodes.attribute(number), attributes.get(number));
            }
            removeFrom(attributes.size());
            return live.size();
        });
    }

    /** Those of a rollback; empty when the list is not there or not whole. */
    Optional<List<String>> of(RollbackEpochProto epoch) throws IOException {
        return read().filter(list -> list.isAllOf(epoch.getSafetySnapshotId(), epoch.getExpectedCount()))
                .map(ExpectedDatanodes::uuids);
    }

    /** Removes a list that no rollback needs any more. */
    void housekeep(Registry registry) throws IOException {
        Optional<ExpectedDatanodes> list = read();
        if (list.isPresent() && !isNeeded(registry, list.get().rollback())) {
            nameNode.exclusively("volsnapForgetDatanodes", () -> {
                removeFrom(0);
                return list;
            });
        }
    }

    private static boolean isNeeded(Registry registry, long rollback) {
        boolean beingPrepared = registry.find(rollback)
                .filter(safety -> safety.getState() != SnapshotStateProto.ACTIVE)
                .isPresent();
        boolean pending = registry.pendingRollback()
                .map(PendingRollbackProto::getSafetySnapshotId)
                .filter(id -> id == rollback)
                .isPresent();
        boolean running = registry.unfinishedEpoch()
                .map(RollbackEpochProto::getSafetySnapshotId)
                .filter(id -> id == rollback)
                .isPresent();
        return beingPrepared || pending || running;
    }

    private Optional<ExpectedDatanodes> read() throws IOException {
        return ExpectedDatanodes.decode(ExpectedDatanodes.read(nameNode::rootAttribute));
    }

    private void removeFrom(int first) throws IOException {
        for (int number = first; nameNode.rootAttribute(ExpectedDatanodes.attribute(number)) != null; number++) {
            nameNode.removeRootAttribute(ExpectedDatanodes.attribute(number));
        }
    }
}
