/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.VolsnapClient;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotReportProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;

/** What {@code -status} shows, as numbers. */
final class ClusterReport {
    private final StatusResponseProto status;

    private ClusterReport(StatusResponseProto status) {
        this.status = status;
    }

    static ClusterReport ask(Configuration conf) throws IOException {
        try (VolsnapClient client = VolsnapClient.connect(conf)) {
            return new ClusterReport(client.status(StatusRequestProto.getDefaultInstance()));
        }
    }

    /** How many bytes all DataNodes together preserve for a snapshot. */
    long preservedBytes(String snapshotName) throws IOException {
        long id = status.getRegistry().getSnapshotsList().stream()
                .filter(snapshot -> snapshot.getName().equals(snapshotName))
                .mapToLong(SnapshotProto::getId)
                .findFirst()
                .orElseThrow(() -> new IOException("there is no snapshot " + snapshotName));
        return status.getDatanodesList().stream()
                .flatMap(dataNode -> dataNode.getSnapshotsList().stream())
                .filter(report -> report.getId() == id)
                .mapToLong(SnapshotReportProto::getPreservedBytes)
                .sum();
    }

    /** Whether the last rollback is done everywhere and the cluster is open for writing. */
    boolean isRolledBack() {
        return lastRollback().getFinished() && !status.getSafeMode();
    }

    /** DataNodes that have rolled back. */
    long dataNodesDone() {
        long epoch = lastRollback().getNumber();
        return status.getDatanodesList().stream()
                .filter(dataNode -> dataNode.getAppliedEpoch() >= epoch)
                .count();
    }

    /** DataNodes that have to. */
    int dataNodesExpected() {
        return lastRollback().getExpectedCount();
    }

    private RollbackEpochProto lastRollback() {
        RegistryProto registry = status.getRegistry();
        return registry.getEpochs(registry.getEpochsCount() - 1);
    }
}
