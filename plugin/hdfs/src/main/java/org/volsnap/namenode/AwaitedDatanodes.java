/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.hdfs.protocol.DatanodeID;
import org.apache.hadoop.hdfs.server.blockmanagement.DatanodeDescriptor;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;

/** The DataNodes for which safe mode is held after a rollback. Safe for many threads. */
final class AwaitedDatanodes {
    private final VolsnapNameNodeBridge nameNode;
    private final DatanodeTracker tracker;
    private final ExpectedDatanodesKeeper expected;

    AwaitedDatanodes(VolsnapNameNodeBridge nameNode, DatanodeTracker tracker, ExpectedDatanodesKeeper expected) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.tracker = requireNonNull(tracker, "tracker is null");
        this.expected = requireNonNull(expected, "expected is null");
    }

    /**
     * The uuids of those that have not carried a rollback out, or not reported their blocks since; empty when the list
     * of those that are expected is not whole.
     */
    Optional<List<String>> of(RollbackEpochProto epoch) throws IOException {
        Optional<List<String>> uuids = expected.of(epoch);
        if (uuids.isEmpty()) {
            return uuids;
        }
        Set<String> reported = nameNode.liveDatanodes().stream()
                .filter(DatanodeDescriptor::checkBlockReportReceived)
                .map(DatanodeID::getDatanodeUuid)
                .collect(Collectors.toSet());
        return Optional.of(uuids.get().stream()
                .filter(uuid -> !reported.contains(uuid) || !hasApplied(uuid, epoch.getNumber()))
                .toList());
    }

    private boolean hasApplied(String uuid, long number) {
        return tracker.lastPoll(uuid)
                .filter(poll -> poll.getAppliedEpoch() >= number)
                .isPresent();
    }

    /** For the operator, the first {@code limit} of them: address and uuid, as far as this NameNode knows the address. */
    List<String> names(RollbackEpochProto epoch, int limit) throws IOException {
        return of(epoch).orElse(List.of()).stream()
                .limit(limit)
                .map(uuid -> nameNode.address(uuid)
                        .map(address -> address + " (" + uuid + ")")
                        .orElse(uuid + " (has not come since the NameNode was started)"))
                .toList();
    }
}
