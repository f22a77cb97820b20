/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.List;
import java.util.function.Predicate;
import org.apache.hadoop.tools.TableListing;
import org.apache.hadoop.tools.TableListing.Justification;
import org.volsnap.protocol.proto.VolsnapProtos.DatanodeStatusProto;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackProgressProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotReportProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.VolumeProgressProto;

/** The text of {@code -status} without a name: the NameNode, all snapshots, all DataNodes. */
final class ClusterStatus {
    private ClusterStatus() {}

    static String text(StatusResponseProto status) {
        StringBuilder text = new StringBuilder();
        RegistryProto registry = status.getRegistry();
        text.append("Block pool: ").append(registry.getBlockPoolId()).append('\n');
        text.append("Safe mode:  ").append(status.getSafeMode() ? "on" : "off").append('\n');
        if (status.hasRegistryProblem()) {
            text.append("Registry:   ").append(status.getRegistryProblem()).append('\n');
        }
        if (status.hasWindow()) {
            text.append("Window:     ").append(WindowText.of(status)).append('\n');
        }
        appendRollback(text, status);
        if (status.getAwaitedCount() > 0) {
            text.append("Waits for:  ")
                    .append(String.join(", ", status.getAwaitedList()))
                    .append('\n');
        }
        registry.getSnapshotsList()
                .forEach(snapshot -> LeftOutNames.of(snapshot)
                        .ifPresent(names -> text.append("Left out:   of ")
                                .append(snapshot.getName())
                                .append(": ")
                                .append(names)
                                .append('\n')));
        text.append('\n');
        List<SnapshotSummary> snapshots = SnapshotSummary.all(status);
        text.append(snapshots.isEmpty() ? "There are no volume snapshots.\n" : ListCommand.table(snapshots));
        text.append(ListCommand.mounts(registry));
        text.append('\n').append(dataNodes(status.getDatanodesList()));
        if (status.getRollbackProgressCount() > 0) {
            text.append('\n').append(progress(status.getRollbackProgressList()));
        }
        return text.toString();
    }

    private static void appendRollback(StringBuilder text, StatusResponseProto status) {
        RegistryProto registry = status.getRegistry();
        if (registry.hasPendingRollback()) {
            PendingRollbackProto pending = registry.getPendingRollback();
            text.append("Rollback:   to ")
                    .append(snapshotName(registry, pending.getSnapshotId()))
                    .append(" is prepared, DataNodes ready: ")
                    .append(count(status, DatanodeStatusProto::getRollbackReady))
                    .append(" of ")
                    .append(pending.getExpectedCount())
                    .append('\n');
        } else if (registry.getEpochsCount() > 0) {
            RollbackEpochProto epoch = registry.getEpochs(registry.getEpochsCount() - 1);
            text.append("Rollback:   last one to ")
                    .append(snapshotName(registry, epoch.getSnapshotId()))
                    .append(" at ")
                    .append(Format.time(epoch.getCommittedMillis()))
                    .append(epoch.getFinished() ? ", finished" : ", running")
                    .append(", DataNodes done: ")
                    .append(count(status, dataNode -> dataNode.getAppliedEpoch() >= epoch.getNumber()))
                    .append(epoch.getFinished() ? "" : " of " + epoch.getExpectedCount())
                    .append('\n');
        }
    }

    private static long count(StatusResponseProto status, Predicate<DatanodeStatusProto> condition) {
        return status.getDatanodesList().stream().filter(condition).count();
    }

    static String snapshotName(RegistryProto registry, long id) {
        return registry.getSnapshotsList().stream()
                .filter(snapshot -> snapshot.getId() == id)
                .map(SnapshotProto::getName)
                .findFirst()
                .orElse("a deleted snapshot");
    }

    private static String dataNodes(List<DatanodeStatusProto> dataNodes) {
        TableListing table = new TableListing.Builder()
                .addField("DATANODE")
                .addField("STATE")
                .addField("LAST CONTACT", Justification.RIGHT)
                .addField("PRESERVED", Justification.RIGHT)
                .addField("PENDING", Justification.RIGHT)
                .addField("COMPLETED", Justification.RIGHT)
                .addField("CONFLICTING READS", Justification.RIGHT)
                .addField("PROBLEM")
                .build();
        for (DatanodeStatusProto dataNode : dataNodes) {
            table.addRow(
                    dataNode.getHostAndPort(),
                    dataNode.getMode(),
                    lastContact(dataNode),
                    Format.bytes(dataNode.getSnapshotsList().stream()
                            .mapToLong(SnapshotReportProto::getPreservedBytes)
                            .sum()),
                    Long.toString(dataNode.getPendingExceptions()),
                    Long.toString(dataNode.getCompletedExceptions()),
                    Long.toString(dataNode.getConflictingReads()),
                    dataNode.getProblem());
        }
        return table.toString();
    }

    private static String progress(List<RollbackProgressProto> dataNodes) {
        TableListing table = new TableListing.Builder()
                .addField("DATANODE")
                .addField("STORAGE VOLUME")
                .addField("ROLLBACK", Justification.RIGHT)
                .addField("DONE", Justification.RIGHT)
                .addField("LAST CONTACT", Justification.RIGHT)
                .build();
        for (RollbackProgressProto dataNode : dataNodes) {
            for (VolumeProgressProto volume : dataNode.getVolumesList()) {
                table.addRow(
                        dataNode.getHostAndPort(),
                        volume.getVolume(),
                        Long.toString(volume.getEpoch()),
                        volume.getPercent() + " %",
                        Format.age(dataNode.getLastContactMillis()));
            }
        }
        return table.toString();
    }

    /** How long ago the DataNode polled, or {@code never}. */
    static String lastContact(DatanodeStatusProto dataNode) {
        return dataNode.hasLastContactMillis() ? Format.age(dataNode.getLastContactMillis()) : "never";
    }
}
