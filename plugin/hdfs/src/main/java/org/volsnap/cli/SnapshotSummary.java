/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.List;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotReportProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;

/** One snapshot with what all DataNodes together have preserved for it. */
record SnapshotSummary(SnapshotProto snapshot, long preservedBytes, long versions, long completed, long lost) {
    static SnapshotSummary of(SnapshotProto snapshot, StatusResponseProto status) {
        List<SnapshotReportProto> reports = status.getDatanodesList().stream()
                .flatMap(dataNode -> dataNode.getSnapshotsList().stream())
                .filter(report -> report.getId() == snapshot.getId())
                .toList();
        return new SnapshotSummary(
                snapshot,
                reports.stream()
                        .mapToLong(SnapshotReportProto::getPreservedBytes)
                        .sum(),
                reports.stream().mapToLong(SnapshotReportProto::getVersions).sum(),
                reports.stream().mapToLong(SnapshotReportProto::getCompleted).sum(),
                reports.stream().mapToLong(SnapshotReportProto::getLost).sum());
    }

    static List<SnapshotSummary> all(StatusResponseProto status) {
        return status.getRegistry().getSnapshotsList().stream()
                .map(snapshot -> of(snapshot, status))
                .toList();
    }

    /** DEGRADED: some DataNode has lost a block version that this snapshot needs. */
    String state() {
        boolean degraded = lost > 0 && snapshot.getState() == SnapshotStateProto.ACTIVE;
        return degraded ? "DEGRADED" : snapshot.getState().name();
    }
}
