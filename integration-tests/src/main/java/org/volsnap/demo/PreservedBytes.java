/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.VolsnapClient;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotReportProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;

/** How much all DataNodes together preserve for a snapshot, as they last reported. */
final class PreservedBytes {
    private PreservedBytes() {}

    static long of(Configuration conf, String snapshotName) throws IOException {
        try (VolsnapClient client = VolsnapClient.connect(conf)) {
            StatusResponseProto status = client.status(StatusRequestProto.getDefaultInstance());
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
    }
}
