/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.io.FileNotFoundException;
import org.apache.hadoop.tools.TableListing;
import org.apache.hadoop.tools.TableListing.Justification;
import org.volsnap.protocol.LeftOut;
import org.volsnap.protocol.MountAddress;
import org.volsnap.protocol.proto.VolsnapProtos.DatanodeStatusProto;
import org.volsnap.protocol.proto.VolsnapProtos.NamespaceCopyProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotAckProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotReportProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;

/** The text of {@code -status NAME}: one snapshot, and what each DataNode holds for it. */
final class SnapshotStatus {
    private static final SnapshotReportProto NOTHING_REPORTED = SnapshotReportProto.newBuilder()
            .setId(0)
            .setAck(SnapshotAckProto.NONE)
            .build();

    private static final String LEFT_OUT = "LEFT_OUT";

    private SnapshotStatus() {}

    /** @throws FileNotFoundException when there is no snapshot of this name */
    static String text(StatusResponseProto status, String name) throws FileNotFoundException {
        SnapshotProto snapshot = status.getRegistry().getSnapshotsList().stream()
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new FileNotFoundException("There is no volume snapshot " + name));
        return facts(SnapshotSummary.of(snapshot, status), status) + "\n" + dataNodes(snapshot, status);
    }

    private static String facts(SnapshotSummary summary, StatusResponseProto status) {
        SnapshotProto snapshot = summary.snapshot();
        TableListing facts = new TableListing.Builder()
                .addField("")
                .addField("")
                .hideHeaders()
                .build();
        facts.addRow("Name:", snapshot.getName());
        facts.addRow("ID:", Long.toString(snapshot.getId()));
        facts.addRow("State:", summary.state());
        facts.addRow("Created:", Format.time(snapshot.getCreatedMillis()));
        facts.addRow("Created by:", snapshot.getCreator() + (snapshot.getWindow() ? " (rolling window)" : ""));
        if (snapshot.hasTxid()) {
            facts.addRow("Transaction id:", Long.toString(snapshot.getTxid()));
        }
        if (snapshot.hasFence()) {
            facts.addRow("Generation stamp:", Long.toString(snapshot.getFence().getStamp()));
        }
        facts.addRow("Preserved:", Format.bytes(summary.preservedBytes()));
        facts.addRow("Block versions:", Long.toString(summary.versions()));
        facts.addRow("Lost:", Long.toString(summary.lost()));
        status.getRegistry().getMountsList().stream()
                .filter(mount -> mount.getSnapshotId() == snapshot.getId())
                .forEach(mount -> {
                    facts.addRow("Mounted:", MountAddress.uri(mount));
                    facts.addRow("WebHDFS:", mount.getWeb());
                });
        LeftOutNames.of(snapshot).ifPresent(names -> facts.addRow("Left out:", names));
        status.getNamespacesList().stream()
                .filter(copy -> copy.getSnapshotId() == snapshot.getId())
                .findFirst()
                .ifPresent(copy -> facts.addRow("Namespace:", namespace(copy)));
        return facts.toString();
    }

    private static String namespace(NamespaceCopyProto copy) {
        String here = copy.getCopies()
                + (copy.getCopies() == 1 ? " copy of " : " copies of ")
                + Format.bytes(copy.getBytes());
        return copy.getElsewhere() == 0 ? here : here + ", " + copy.getElsewhere() + " on other NameNodes";
    }

    private static String dataNodes(SnapshotProto snapshot, StatusResponseProto status) {
        TableListing table = new TableListing.Builder()
                .addField("DATANODE")
                .addField("STATE")
                .addField("LAST CONTACT", Justification.RIGHT)
                .addField("PRESERVED", Justification.RIGHT)
                .addField("VERSIONS", Justification.RIGHT)
                .addField("PENDING", Justification.RIGHT)
                .addField("COMPLETED", Justification.RIGHT)
                .addField("LOST", Justification.RIGHT)
                .addField("ACKNOWLEDGED")
                .build();
        for (DatanodeStatusProto dataNode : status.getDatanodesList()) {
            SnapshotReportProto report = report(dataNode, snapshot.getId());
            table.addRow(
                    dataNode.getHostAndPort(),
                    dataNode.getMode(),
                    ClusterStatus.lastContact(dataNode),
                    Format.bytes(report.getPreservedBytes()),
                    Long.toString(report.getVersions()),
                    Long.toString(dataNode.getPendingExceptions()),
                    Long.toString(report.getCompleted()),
                    Long.toString(report.getLost()),
                    LeftOut.contains(snapshot, dataNode.getUuid())
                            ? LEFT_OUT
                            : report.getAck().name());
        }
        return table.toString();
    }

    private static SnapshotReportProto report(DatanodeStatusProto dataNode, long snapshotId) {
        return dataNode.getSnapshotsList().stream()
                .filter(report -> report.getId() == snapshotId)
                .findFirst()
                .orElse(NOTHING_REPORTED);
    }
}
