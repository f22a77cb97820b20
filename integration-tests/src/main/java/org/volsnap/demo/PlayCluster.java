/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.util.ShutdownHookManager;
import org.volsnap.testing.ClusterBuilder;

/**
 * A cluster to play with: runs until Ctrl-C or SIGTERM, and comes up with the same files and snapshots when it is started
 * again. Everything else is done to it as to a real one, from another terminal.
 */
public final class PlayCluster {
    /** Before Hadoop's own hooks, which would close file systems under it. */
    private static final int HOOK_PRIORITY = 100;

    /** Hadoop would cut the hook short after 30 seconds. */
    private static final int STOP_SECONDS = 120;

    private static final Duration SAFE_MODE = Duration.ofSeconds(30);

    private final Path directory;
    private final Path conf;
    private final boolean processes;
    private final Terminal terminal;

    private PlayCluster(Path directory, Path conf, boolean processes, Terminal terminal) {
        this.directory = directory;
        this.conf = conf;
        this.processes = processes;
        this.terminal = terminal;
    }

    /**
     * Arguments: a directory for the cluster's files, the log file, the directory for the clients' configuration; then
     * {@code -processes} for daemons in processes of their own.
     */
    public static void main(String[] args) {
        Terminal terminal = Terminal.ofProcess();
        boolean processes = args.length > 3 && args[3].equals("-processes");
        try {
            Path directory = Files.createDirectories(Path.of(args[0])).toRealPath();
            try (FileChannel file = FileChannel.open(
                            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = file.tryLock()) {
                if (lock == null) {
                    terminal.bad("A cluster is running on " + directory + " already");
                    System.exit(2);
                }
                Workspace.hadoopPrintsTo(Path.of(args[1]));
                new PlayCluster(directory, Path.of(args[2]), processes, terminal).run();
            }
        } catch (IOException | RuntimeException e) {
            terminal.bad("The cluster failed: " + e.getMessage() + " (log: " + args[1] + ")");
            e.printStackTrace();
            System.exit(2);
        }
    }

    private void run() throws IOException {
        Path temporary = directory.resolve("tmp");
        FileUtils.deleteQuietly(temporary.toFile());
        // Jetty unpacks its web applications there.
        System.setProperty("java.io.tmpdir", Files.createDirectories(temporary).toString());
        terminal.say("Starting a NameNode and three DataNodes on " + directory);
        PlayedCluster cluster = start();
        ShutdownHookManager.get().addShutdownHook(() -> stop(cluster), HOOK_PRIORITY, STOP_SECONDS, TimeUnit.SECONDS);
        writeConfiguration(cluster, conf);
        try (ControlPort port = ControlPort.open(cluster, conf)) {
            greet(cluster);
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A cluster whose first start did not come to its end is made anew: nothing is in it. */
    private PlayedCluster start() throws IOException {
        // Directories of their own: the two kinds lay them out differently.
        Path files = directory.resolve(processes ? "processes" : "cluster");
        Path formatted = directory.resolve(processes ? "processes-formatted" : "formatted");
        boolean again = Files.exists(formatted);
        ClusterBuilder builder = DemoCluster.builder(files).format(!again).waitForSafeMode(false);
        PlayedCluster cluster = processes
                ? new ClusterOfProcesses(builder.buildProcesses(), terminal)
                : new ClusterInProcess(builder.build());
        if (!again) {
            Files.createFile(formatted);
        }
        return cluster;
    }

    private void greet(PlayedCluster cluster) {
        terminal.say(
                "HDFS is up: " + cluster.configuration().get("fs.defaultFS") + ", web: http://" + cluster.webAddress());
        try {
            Waiting.until("the end of safe mode", SAFE_MODE, () -> !cluster.isInSafeMode());
        } catch (IOException e) {
            terminal.say("It is in safe mode: a rollback is prepared or not finished, see hdfs volsnap -status");
        }
        terminal.say("In another terminal, where bin/hdfs talks to this cluster:");
        terminal.say("    PATH=\"$PWD/bin:$PATH\"");
        terminal.say("    hdfs dfs -ls /");
        terminal.say("    hdfs volsnap -create first");
        terminal.say("Ctrl-C stops it; started again it has the same files and snapshots.");
    }

    /** While the JVM goes down Hadoop refuses parts of an orderly stop: then it ends as by a crash, with all files whole. */
    private void stop(PlayedCluster cluster) {
        terminal.say("stopping");
        FileUtils.deleteQuietly(conf.toFile());
        try {
            cluster.close();
        } catch (RuntimeException e) {
            e.printStackTrace();
        }
        terminal.lastWord("stopped; its files stay in " + directory + ", remove that to begin anew");
    }

    private static void writeConfiguration(PlayedCluster cluster, Path directory) throws IOException {
        Files.createDirectories(directory);
        try (OutputStream out = Files.newOutputStream(directory.resolve("hdfs-site.xml"))) {
            cluster.configuration().writeXml(out);
        }
        try (OutputStream out = Files.newOutputStream(directory.resolve("core-site.xml"))) {
            cluster.configuration().writeXml("fs.defaultFS", new OutputStreamWriter(out, UTF_8));
        }
    }
}
