/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.volsnap.demo.SourceFiles.SourceFile;
import org.volsnap.testing.VolsnapCluster;

/**
 * The story: fill a cluster, take a volume snapshot, wreck everything, roll back, compare. Each step is one method, in
 * the order of {@link #play}.
 */
public final class Demo {
    static final String DIRECTORY_PREFIX = "volsnap-demo-";

    private static final String SNAPSHOT = "demo";
    private static final long SEED = 42;
    private static final org.apache.hadoop.fs.Path ROOT = new org.apache.hadoop.fs.Path("/demo");
    private static final org.apache.hadoop.fs.Path SNAPSHOTTED = new org.apache.hadoop.fs.Path("/snapshotted");

    private final VolsnapCluster cluster;
    private final DistributedFileSystem fileSystem;
    private final HdfsCommands commands;
    private final Terminal terminal;

    private Demo(VolsnapCluster cluster, Terminal terminal) throws IOException {
        this.cluster = cluster;
        this.fileSystem = cluster.fileSystem();
        this.commands = new HdfsCommands(cluster.configuration(), terminal);
        this.terminal = terminal;
    }

    /**
     * Arguments: the project's directory, a directory for the cluster's files, the log file, and optionally the
     * directory to copy. Exit code 0 only if all files came back identical.
     */
    public static void main(String[] args) {
        Terminal terminal = Terminal.ofProcess();
        int exitCode;
        try {
            exitCode = start(args, terminal) ? 0 : 1;
        } catch (IOException | RuntimeException e) {
            terminal.endProgress();
            // What the NameNode says may carry its stack trace.
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            terminal.bad("The demo failed: " + reason + " (log: " + args[2] + ")");
            e.printStackTrace();
            exitCode = 2;
        }
        System.exit(exitCode);
    }

    private static boolean start(String[] args, Terminal terminal) throws IOException {
        try (Workspace workspace = Workspace.create(Path.of(args[1]), Path.of(args[2]), terminal)) {
            List<SourceFile> files =
                    args.length > 3 ? SourceFiles.below(Path.of(args[3])) : SourceFiles.byDefault(Path.of(args[0]));
            if (files.isEmpty()) {
                throw new IOException("there is no readable file below " + args[3]);
            }
            terminal.step("A real HDFS in this process: one NameNode, three DataNodes with two storage volumes each");
            try (VolsnapCluster cluster = DemoCluster.start(workspace.directory())) {
                return new Demo(cluster, terminal)
                        .play(files, workspace.directory().resolve("sums"));
            }
        }
    }

    private boolean play(List<SourceFile> files, Path sumsFile) throws IOException {
        new Filling(fileSystem, terminal).copy(files, ROOT);
        OpenFile open = openFile();
        makeOrdinarySnapshot();
        List<FileSum> sums = sumUp(sumsFile);

        double createSeconds = create();
        wreck(open);
        showDamage(sums);
        long preservedBytes = showStatus();
        double rollbackSeconds = rollBack(open);

        boolean identical = compareInFreshJvm(sumsFile);
        String line = String.format(
                Locale.ROOT,
                "%d files compared, %s identical; create %.1f s, rollback %.1f s; %,d bytes preserved",
                sums.size(),
                identical ? sums.size() : "not all",
                createSeconds,
                rollbackSeconds,
                preservedBytes);
        if (identical) {
            terminal.good(line);
        } else {
            terminal.bad(line);
        }
        return identical;
    }

    private OpenFile openFile() throws IOException {
        // A client of its own, which nobody closes: like a process that writes a log.
        Configuration conf = cluster.configuration();
        conf.setBoolean("fs.automatic.close", false);
        FileSystem client = FileSystem.newInstance(conf);
        OpenFile open = new OpenFile(client, new org.apache.hadoop.fs.Path(ROOT, "still-being-written.log"), SEED);
        open.writeAndFlush(21);
        terminal.say(open.path().toUri().getPath() + " is open; what was written so far is hflushed");
        return open;
    }

    /** A file that only an ordinary HDFS snapshot of its directory still holds. */
    private void makeOrdinarySnapshot() throws IOException {
        terminal.step("An ordinary HDFS snapshot, which alone holds a file");
        org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(SNAPSHOTTED, "only-in-the-snapshot");
        new Filling(fileSystem, terminal).random(file, 3 * DemoCluster.BLOCK_SIZE + 17, SEED);
        commands.dfsadmin("-allowSnapshot", SNAPSHOTTED.toString());
        commands.dfs("-createSnapshot", SNAPSHOTTED.toString(), "ordinary");
        commands.dfs("-rm", "-skipTrash", file.toString());
    }

    private List<FileSum> sumUp(Path sumsFile) throws IOException {
        terminal.step("SHA-256 of everything, read through a stock client");
        List<FileSum> sums = new FileSums(fileSystem, terminal)
                .ofAll(List.of(ROOT, new org.apache.hadoop.fs.Path(SNAPSHOTTED, ".snapshot/ordinary")));
        FileSum.write(sums, sumsFile);
        terminal.say(String.format(
                Locale.ROOT,
                "%d files, %,d bytes",
                sums.size(),
                sums.stream().mapToLong(FileSum::length).sum()));
        return sums;
    }

    private double create() throws IOException {
        terminal.step("A volume snapshot of the whole cluster");
        long start = System.nanoTime();
        commands.volsnap("-create", SNAPSHOT);
        return secondsSince(start);
    }

    private void wreck(OpenFile open) throws IOException {
        terminal.step("Losing data in every way HDFS can lose it");
        open.writeAndFlush(7);
        terminal.say("    1 file : the open one is written on");
        Wreckage wreckage = new Wreckage(fileSystem, commands, terminal, SEED);
        wreckage.wreck(closedFiles(open));
        wreckage.createNewFiles(ROOT, 25);
        commands.dfs("-deleteSnapshot", SNAPSHOTTED.toString(), "ordinary");
        cluster.waitForDeletions();
        terminal.say("the DataNodes have carried out all deletions");
    }

    private List<FileStatus> closedFiles(OpenFile open) throws IOException {
        List<FileStatus> files = new ArrayList<>();
        RemoteIterator<LocatedFileStatus> found = fileSystem.listFiles(ROOT, true);
        while (found.hasNext()) {
            FileStatus file = found.next();
            if (!file.getPath().getName().equals(open.path().getName())) {
                files.add(file);
            }
        }
        files.sort(Comparator.comparing(FileStatus::getPath));
        return files;
    }

    private void showDamage(List<FileSum> sums) {
        int identical = Comparison.identical(fileSystem, sums, terminal, 0);
        terminal.say(identical + " of " + sums.size() + " files are still what they were");
    }

    private long showStatus() throws IOException {
        terminal.step("What volsnap has preserved");
        commands.volsnap("-status");
        return ClusterReport.ask(cluster.configuration()).preservedBytes(SNAPSHOT);
    }

    private double rollBack(OpenFile open) throws IOException {
        terminal.step("Rollback of the whole cluster");
        long start = System.nanoTime();
        commands.volsnap("-prepareRollback", SNAPSHOT);
        terminal.command("hdfs --daemon stop namenode");
        cluster.stopNameNode();
        commands.volsnapInOwnProcess(cluster.baseDir(), "-rollback", SNAPSHOT);
        terminal.command("hdfs --daemon start namenode");
        cluster.startNameNode();
        awaitDataNodes();
        Waiting.until(
                "the end of the open file's lease", () -> cluster.fileSystem().isFileClosed(open.path()));
        return secondsSince(start);
    }

    private void awaitDataNodes() throws IOException {
        terminal.command("hdfs dfsadmin -safemode wait");
        Waiting.until("the rollback of all DataNodes", () -> {
            ClusterReport report = ClusterReport.ask(cluster.configuration());
            terminal.progress("DataNodes rolling back", report.dataNodesDone(), report.dataNodesExpected());
            return report.isRolledBack();
        });
        terminal.endProgress();
        terminal.say("all DataNodes have rolled back");
    }

    private boolean compareInFreshJvm(Path sumsFile) throws IOException {
        terminal.step("Comparing every file in a fresh JVM, through a stock client");
        return FreshJvm.run(Comparison.class, cluster.configuration().get("fs.defaultFS"), sumsFile.toString()) == 0;
    }

    private static double secondsSince(long startNanos) {
        return (System.nanoTime() - startNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
