/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.DatanodeID;
import org.apache.hadoop.io.IOUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.protocol.VolsnapClient;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotReportProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** What a dry run says is what then happens, and it changes nothing. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DryRunTest {
    private static final String REGISTRY = "trusted.volsnap.registry";

    @TempDir
    Path dir;

    private final List<FSDataOutputStream> writers = new ArrayList<>();

    @Test
    void whatItSaysOfARollbackIsWhatHappens() throws Exception {
        try (VolsnapCluster cluster =
                VolsnapCluster.builder(dir).dataNodes(2).replication(2).build()) {
            DistributedFileSystem fileSystem = cluster.fileSystem();
            Wreckage wreckage = new Wreckage(cluster, 551);
            fill(wreckage, fileSystem);
            Set<Long> open = new HashSet<>(List.of(
                    Inodes.capture(fileSystem).id("/data/open/atT"),
                    Inodes.capture(fileSystem).id("/data/open/deletedSince")));
            cluster.volsnap("-create", "nightly").orThrow();
            wreck(wreckage, fileSystem);
            Inodes before = Inodes.capture(fileSystem);
            FileSystemState stateBefore = FileSystemState.capture(fileSystem, "/");
            open.add(before.id("/data/kept/file2"));

            DryRunText said = dryRun(cluster, 0, "-prepareRollback", "-dryRun", "nightly");

            cluster.volsnap("-prepareRollback", "nightly").orThrow();
            cluster.stopNameNode();
            DryRunText saidOffline = offlineDryRun(cluster, 0, "-rollback", "-dryRun", "nightly");
            cluster.volsnap("-rollback", "nightly").orThrow();
            cluster.startNameNode();
            new Rollback(cluster).awaitWritable();
            awaitClosed(cluster, "/data/open/atT");
            ActualChanges happened = new ActualChanges(
                    before,
                    stateBefore,
                    Inodes.capture(cluster.fileSystem()),
                    FileSystemState.capture(cluster.fileSystem(), "/"),
                    open);
            compare(said, happened);
            assertThat(saidOffline.differences()).isEqualTo(said.differences());
            assertThat(saidOffline.text()).contains("Blocks without a replica: none, as -prepareRollback found");
            assertThat(said.named("Open then, come back closed"))
                    .containsExactly("/data/open/atT", "/data/open/deletedSince");
            assertThat(said.named("Open now, leases are lost"))
                    .containsExactly("/data/kept/file2", "/data/new/beingWritten", "/data/open/atT");
        } finally {
            writers.forEach(IOUtils::closeStream);
        }
    }

    @Test
    void blocksOfADataNodeThatIsGoneAreNamedAndRefuseTheRollbackUnlessForced() throws Exception {
        try (VolsnapCluster cluster =
                VolsnapCluster.builder(dir).dataNodes(2).replication(1).build()) {
            DistributedFileSystem fileSystem = cluster.fileSystem();
            List<String> there = writeOn(cluster, 0);
            writeOn(cluster, 1);
            cluster.volsnap("-create", "nightly").orThrow();
            fileSystem.delete(path("/files"), true);
            cluster.waitForDeletions();
            DatanodeID gone = cluster.dataNodes().get(0).getDatanodeId();
            cluster.stopDataNode(0);
            cluster.mini().setDataNodeDead(gone);

            DryRunText said = dryRun(cluster, 1, "-prepareRollback", "-dryRun", "nightly");
            assertThat(said.named("DataNodes and storage volumes missing"))
                    .containsExactly(gone.getXferAddr() + ": dead");
            assertThat(said.named("Blocks without a replica"))
                    .hasSize(2)
                    .allMatch(line -> line.matches(".*: blk_\\d+_\\d+ is on no DataNode"))
                    .extracting(line -> line.replaceFirst(":.*", ""))
                    .containsExactlyElementsOf(there);
            String reason = "2 blocks of 2 files have no replica: " + String.join(", ", there) + ";";
            assertThat(said.text()).contains("Would be refused: " + reason);
            dryRun(cluster, 0, "-prepareRollback", "-dryRun", "-force", "nightly");

            Rollback.assertRefused(cluster.volsnap("-prepareRollback", "nightly"), 2, "RefusedException: " + reason);
            assertThat(cluster.nameNode().isInSafeMode()).isFalse();
            assertThat(cluster.volsnap("-list").orThrow().out()).doesNotContain("before-rollback");

            assertThat(cluster.volsnap("-prepareRollback", "-force", "nightly")
                            .orThrow()
                            .out())
                    .contains("hdfs volsnap -rollback -force nightly");
            cluster.stopNameNode();
            offlineDryRun(cluster, 1, "-rollback", "-dryRun", "nightly");
            offlineDryRun(cluster, 0, "-rollback", "-dryRun", "-force", "nightly");
            CommandResult refused = cluster.volsnap("-rollback", "nightly");
            assertThat(refused.exitCode()).isEqualTo(2);
            assertThat(refused.err()).contains("RefusedException: it was prepared with -force");
            cluster.volsnap("-rollback", "-force", "nightly").orThrow();
            cluster.startNameNode();
            cluster.startDataNodes();
            new Rollback(cluster).awaitWritable();
            FileSystemState.capture(fileSystem, "/files"); // reads everything: the DataNode brought it back

            fileSystem.delete(path(there.get(0)), false);
            cluster.waitForDeletions();
            deletionGivesBackWhatItSays(cluster);
        }
    }

    /** Two files of one block with their only replica on one DataNode; returns their paths. */
    private static List<String> writeOn(VolsnapCluster cluster, int dataNode) throws IOException {
        List<String> paths = List.of("/files/" + dataNode + "/a", "/files/" + dataNode + "/b");
        InetSocketAddress[] there = {cluster.dataNodes().get(dataNode).getXferAddress()};
        for (String path : paths) {
            try (OutputStream out = cluster.fileSystem()
                    .create(path(path), FsPermission.getFileDefault(), true, 4096, (short) 1, 1 << 20, null, there)) {
                out.write(new byte[4000]);
            }
        }
        return paths;
    }

    /** With one file of 4000 bytes that was deleted after the rollback, and that only the snapshot has. */
    private void deletionGivesBackWhatItSays(VolsnapCluster cluster) throws IOException {
        String safety = cluster.volsnap("-list").orThrow().out().replaceAll("(?s).*(before-rollback-\\S+).*", "$1");
        assertThat(dryRun(cluster, 0, "-delete", "-dryRun", safety).text())
                .contains("Space given back: at most ")
                .contains("older snapshots keep what they need of it: nightly")
                .contains("not there now: 0 (0)");
        cluster.volsnap("-delete", safety).orThrow();
        // The older one takes over what it needs.
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(preserved(cluster))
                        .containsOnlyKeys("nightly")
                        .containsValue(4039L));

        String said = dryRun(cluster, 0, "-delete", "-dryRun", "nightly").text();
        assertThat(said)
                .contains("Space given back: 3.9 K\n")
                .contains("Files that are in no other snapshot and not there now: 1 (3.9 K)");
        cluster.volsnap("-delete", "nightly").orThrow();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(preserved(cluster)).isEmpty());
        Rollback.assertRefused(
                cluster.volsnap("-delete", "-dryRun", "nightly"), 2, "RefusedException: no snapshot named nightly");
    }

    /** What all DataNodes together preserve, by snapshot. */
    private static Map<String, Long> preserved(VolsnapCluster cluster) throws IOException {
        try (VolsnapClient nameNode = VolsnapClient.connect(cluster.configuration())) {
            StatusResponseProto status = nameNode.status(StatusRequestProto.getDefaultInstance());
            Map<String, Long> preserved = new TreeMap<>();
            for (SnapshotProto snapshot : status.getRegistry().getSnapshotsList()) {
                long bytes = status.getDatanodesList().stream()
                        .flatMap(dataNode -> dataNode.getSnapshotsList().stream())
                        .filter(report -> report.getId() == snapshot.getId())
                        .mapToLong(SnapshotReportProto::getPreservedBytes)
                        .sum();
                preserved.put(snapshot.getName(), bytes);
            }
            return preserved;
        }
    }

    private void fill(Wreckage wreckage, DistributedFileSystem fileSystem) throws IOException {
        wreckage.fill();
        for (String path : List.of("/data/dir/sub/f", "/data/dir/g", "/data/é/Ω", "/data/a.b/f", "/data/a/f")) {
            wreckage.write(path(path), 1000);
        }
        for (String name : List.of("renamed", "renamedAtT", "kept")) {
            wreckage.write(path("/data/snapped/" + name), 2000);
        }
        fileSystem.allowSnapshot(path("/data/snapped"));
        fileSystem.createSnapshot(path("/data/snapped"), "old");
        fileSystem.rename(path("/data/snapped/renamedAtT"), path("/data/snapped/other"));
        writers.add(wreckage.open("/data/open/atT", 5000));
        writers.add(wreckage.open("/data/open/deletedSince", 700));
    }

    /** All that {@link Wreckage} does, and what a dry run has a word for. */
    private void wreck(Wreckage wreckage, DistributedFileSystem fileSystem) throws IOException {
        wreckage.wreck();
        fileSystem.rename(path("/data/dir"), path("/data/moved"));
        wreckage.append(path("/data/moved/g"), 77);
        fileSystem.delete(path("/data/a"), true);
        wreckage.write(path("/data/a"), 10);
        fileSystem.delete(path("/data/é"), true);
        wreckage.write(path("/data/é/Ω"), 999);
        fileSystem.rename(path("/data/a.b/f"), path("/data/a.b/g"));
        wreckage.write(path("/data/a.b/f"), 5);
        fileSystem.rename(path("/data/snapped/renamed"), path("/data/snapped/elsewhere"));
        wreckage.append(path("/data/snapped/other"), 300);
        fileSystem.createSnapshot(path("/data/snapped"), "new");
        fileSystem.setPermission(path("/data/kept/file1"), new FsPermission((short) 0600));
        fileSystem.setPermission(path("/data/joined"), new FsPermission((short) 0700));
        fileSystem.delete(path("/data/open/deletedSince"), false);
        writers.get(0).write(new byte[3000]);
        writers.get(0).hsync();
        writers.add(wreckage.open("/data/new/beingWritten", 50));
        writers.add(fileSystem.append(path("/data/kept/file2")));
    }

    private static org.apache.hadoop.fs.Path path(String path) {
        return new org.apache.hadoop.fs.Path(path);
    }

    private static void awaitClosed(VolsnapCluster cluster, String path) {
        VolsnapCluster.waitFor("the recovery of " + path, Duration.ofSeconds(60), () -> {
            try {
                return cluster.fileSystem().isFileClosed(path(path));
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Runs it, and looks whether everything is as before. */
    private DryRunText dryRun(VolsnapCluster cluster, int exitCode, String... command) throws IOException {
        byte[] registry = cluster.fileSystem().getXAttr(path("/"), REGISTRY);
        List<String> listed = snapshots(cluster);

        CommandResult result = cluster.volsnap(command);

        assertThat(result.exitCode()).as(result.err() + result.out()).isEqualTo(exitCode);
        assertThat(result.out()).endsWith(DryRunText.NOTHING);
        assertThat(cluster.fileSystem().getXAttr(path("/"), REGISTRY)).isEqualTo(registry);
        assertThat(snapshots(cluster)).isEqualTo(listed);
        assertThat(cluster.nameNode().isInSafeMode()).isFalse();
        try (Stream<Path> kept = Files.list(dir.resolve("volsnap-namespace"))) {
            assertThat(kept.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("opened-"));
        }
        return new DryRunText(result.out());
    }

    /** Ids, names and states. */
    private static List<String> snapshots(VolsnapCluster cluster) {
        return cluster.volsnap("-list")
                .orThrow()
                .out()
                .lines()
                .map(line -> line.strip().replaceFirst("^(\\S+ +\\S+ +\\S+) .*", "$1"))
                .toList();
    }

    /** The same with the NameNode stopped. */
    private static DryRunText offlineDryRun(VolsnapCluster cluster, int exitCode, String... command)
            throws IOException {
        Map<Path, Long> files = nameFiles(cluster);

        CommandResult result = cluster.volsnap(command);

        assertThat(result.exitCode()).as(result.err() + result.out()).isEqualTo(exitCode);
        assertThat(result.out()).endsWith(DryRunText.NOTHING);
        assertThat(nameFiles(cluster)).isEqualTo(files);
        return new DryRunText(result.out());
    }

    /** Everything in the NameNode's directories, with its length. */
    private static Map<Path, Long> nameFiles(VolsnapCluster cluster) throws IOException {
        Map<Path, Long> lengths = new TreeMap<>();
        for (Path nameDir : cluster.nameDirs()) {
            try (Stream<Path> files = Files.walk(nameDir)) {
                files.filter(Files::isRegularFile)
                        .filter(file -> !file.endsWith("in_use.lock"))
                        .forEach(file -> lengths.put(file, file.toFile().length()));
            }
        }
        return lengths;
    }

    private static void compare(DryRunText said, ActualChanges happened) {
        compare(said, "Come back", happened.comeBack, happened, true, false);
        compare(said, "Vanish", happened.vanish, happened, false, true);
        compare(said, "Change", happened.change, happened, true, false);
        compare(said, "Change in attributes", happened.changeAttributes, happened, true, false);
        assertThat(said.named("Move back"))
                .containsExactlyInAnyOrderElementsOf(happened.moveBack.entrySet().stream()
                        .map(move -> slash(move.getValue(), happened.isDirectory(move.getKey())) + " -> "
                                + slash(move.getKey(), happened.isDirectory(move.getKey())))
                        .toList());
    }

    private static String slash(String path, boolean directory) {
        return directory ? path + "/" : path;
    }

    private static void compare(
            DryRunText said,
            String title,
            SortedSet<String> paths,
            ActualChanges happened,
            boolean after,
            boolean now) {
        DryRunText.Row row = said.row(title);
        assertThat(paths).as(title).isNotEmpty();
        assertThat(row.files() + row.directories())
                .as(title + " " + paths + said.text())
                .isEqualTo(paths.size());
        assertThat(row.files()).as(title).isEqualTo(happened.files(paths, after));
        String bytes = Long.toString(happened.bytes(paths, after));
        assertThat(now ? row.bytesNow() : row.bytesThen()).as(title + " bytes").isEqualTo(bytes);
        List<String> named = said.named(title).stream()
                .filter(line -> !line.startsWith("and "))
                .map(line -> line.replaceFirst(" \\(.*\\)$", ""))
                .map(line -> line.length() > 1 && line.endsWith("/") ? line.substring(0, line.length() - 1) : line)
                .toList();
        assertThat(named).hasSize(Math.min(10, paths.size()));
        assertThat(paths).containsAll(named);
    }
}
