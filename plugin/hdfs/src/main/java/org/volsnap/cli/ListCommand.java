/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.tools.TableListing;
import org.apache.hadoop.tools.TableListing.Justification;
import org.volsnap.protocol.MountAddress;
import org.volsnap.protocol.proto.VolsnapProtos.MountProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;

/** {@code -list}. */
final class ListCommand extends OnlineCommand {
    @Override
    public String name() {
        return "-list";
    }

    @Override
    public String arguments() {
        return "";
    }

    @Override
    public String description() {
        return "Lists the volume snapshots, oldest first, with the bytes that all DataNodes together preserve for each.";
    }

    @Override
    public Map<String, String> options() {
        return Map.of();
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        Arguments.none(arguments);
        return (nameNode, console) -> {
            StatusResponseProto status = nameNode.status(StatusRequestProto.getDefaultInstance());
            if (status.hasRegistryProblem()) {
                console.err().println(status.getRegistryProblem());
            }
            List<SnapshotSummary> snapshots = SnapshotSummary.all(status);
            if (snapshots.isEmpty()) {
                console.out().println("There are no volume snapshots.");
            } else {
                console.out().print(table(snapshots));
                console.out().print(mounts(status.getRegistry()));
            }
            return 0;
        };
    }

    /** A line for each snapshot that is mounted. Also a part of {@code -status}. */
    static String mounts(RegistryProto registry) {
        StringBuilder text = new StringBuilder();
        for (MountProto mount : registry.getMountsList()) {
            text.append("Mounted: ")
                    .append(ClusterStatus.snapshotName(registry, mount.getSnapshotId()))
                    .append(" at ")
                    .append(MountAddress.uri(mount))
                    .append(" since ")
                    .append(Format.time(mount.getMountedMillis()))
                    .append(", by ")
                    .append(mount.getUser())
                    .append('\n');
        }
        return text.toString();
    }

    /** Also a part of {@code -status}. */
    static String table(List<SnapshotSummary> snapshots) {
        TableListing table = new TableListing.Builder()
                .addField("ID", Justification.RIGHT)
                .addField("NAME")
                .addField("STATE")
                .addField("CREATED")
                .addField("PRESERVED", Justification.RIGHT)
                .addField("EXCEPTIONS", Justification.RIGHT)
                .addField("LOST", Justification.RIGHT)
                .build();
        for (SnapshotSummary summary : snapshots) {
            table.addRow(
                    Long.toString(summary.snapshot().getId()),
                    summary.snapshot().getName(),
                    summary.state(),
                    Format.time(summary.snapshot().getCreatedMillis()),
                    Format.bytes(summary.preservedBytes()),
                    Long.toString(summary.completed()),
                    Long.toString(summary.lost()));
        }
        return table.toString();
    }
}
