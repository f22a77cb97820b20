/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.namenode.diff.FileVersions;
import org.volsnap.protocol.NamespaceDownload;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.DatanodeStatusProto;
import org.volsnap.protocol.proto.VolsnapProtos.DeleteRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotReportProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;

/**
 * {@code -delete -dryRun}: what DataNodes preserve for a snapshot, and the files that nothing else has. Fetches and loads
 * the namespaces of all snapshots and of now, one after the other.
 */
final class DeleteDryRun {
    private final Configuration conf;
    private final VolsnapProtocol nameNode;
    private final NamespaceDownload download;
    private final Console console;

    DeleteDryRun(Configuration conf, VolsnapProtocol nameNode, Console console) {
        this.conf = requireNonNull(conf, "conf is null");
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.download = new NamespaceDownload(nameNode);
        this.console = requireNonNull(console, "console is null");
    }

    /** @throws RefusedException where the deletion would be refused */
    int run(String name) throws IOException {
        nameNode.delete(
                DeleteRequestProto.newBuilder().setName(name).setDryRun(true).build());
        StatusResponseProto status = nameNode.status(StatusRequestProto.getDefaultInstance());
        List<SnapshotProto> active = status.getRegistry().getSnapshotsList().stream()
                .filter(snapshot -> snapshot.getState() == SnapshotStateProto.ACTIVE)
                .toList();
        SnapshotProto target = active.stream()
                .filter(snapshot -> snapshot.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new RefusedException("snapshot " + name + " is being deleted already"));
        console.out().println("Delete " + name + " of " + Format.time(target.getCreatedMillis()) + ":");
        space(target, active, status);
        files(target, active);
        console.out().println("Nothing was changed");
        return 0;
    }

    private void space(SnapshotProto target, List<SnapshotProto> active, StatusResponseProto status) {
        String older = active.stream()
                .filter(snapshot -> snapshot.getId() < target.getId())
                .map(SnapshotProto::getName)
                .collect(Collectors.joining(", "));
        long bytes = status.getDatanodesList().stream()
                .mapToLong(dataNode -> preserved(dataNode, target))
                .sum();
        console.out()
                .println("Space given back: " + (older.isEmpty() ? "" : "at most ") + Format.bytes(bytes)
                        + (older.isEmpty() ? "" : ", older snapshots keep what they need of it: " + older));
        status.getDatanodesList()
                .forEach(dataNode -> console.out()
                        .println("  " + dataNode.getHostAndPort() + ": " + Format.bytes(preserved(dataNode, target))));
    }

    private static long preserved(DatanodeStatusProto dataNode, SnapshotProto target) {
        return dataNode.getSnapshotsList().stream()
                .filter(report -> report.getId() == target.getId())
                .mapToLong(SnapshotReportProto::getPreservedBytes)
                .sum();
    }

    private void files(SnapshotProto target, List<SnapshotProto> active) throws IOException {
        console.err().println("loading the namespace of " + target.getName());
        FileVersions versions = FetchedNamespace.use(
                conf,
                directory -> download.fetch(target.getName(), directory),
                namespace -> FileVersions.of(namespace.tree()));
        for (SnapshotProto other : active) {
            if (other.getId() != target.getId()) {
                crossOut(versions, other.getName(), directory -> download.fetch(other.getName(), directory));
            }
        }
        crossOut(versions, "now", download::fetchNow);
        console.out()
                .println("Files that are in no other snapshot and not there now: " + versions.files() + " ("
                        + Format.bytes(versions.bytes()) + ")");
    }

    private void crossOut(FileVersions versions, String of, FetchedNamespace.Fetch fetch) throws IOException {
        console.err().println("comparing it with the namespace of " + of);
        FetchedNamespace.use(conf, fetch, namespace -> {
            versions.crossOut(namespace.tree());
            return versions;
        });
    }
}
