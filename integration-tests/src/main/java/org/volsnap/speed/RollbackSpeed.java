/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.speed;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.test.GenericTestUtils.LogCapturer;
import org.slf4j.LoggerFactory;
import org.volsnap.testing.VolsnapCluster;

/**
 * Measures rollbacks of a cluster in this process, beside restarts of stock DataNodes without their {@code replicas} caches,
 * and beside {@code distcp} out of an HDFS snapshot. Prints tables; takes minutes.
 *
 * <p>System properties: {@code speed.files} (40,000), {@code speed.length} (4096 bytes each, at most 1 MiB), {@code
 * speed.rounds} (3, or 0), {@code speed.dir} (where the cluster lies;
 * a directory that is made and removed), {@code speed.distcp} (true).
 */
public final class RollbackSpeed implements AutoCloseable {
    private static final int FILES = Integer.getInteger("speed.files", 40_000);
    private static final int ROUNDS = Integer.getInteger("speed.rounds", 3);
    private static final boolean COPIES = Boolean.parseBoolean(System.getProperty("speed.distcp", "true"));
    private static final int LENGTH = Integer.getInteger("speed.length", 4096);

    private static final String FACTORY = "dfs.datanode.fsdataset.factory";
    private static final Pattern JUDGED = Pattern.compile("has judged what is live after (\\d+) ms");
    private static final Pattern DONE = Pattern.compile("is done after (\\d+) ms");
    private static final Pattern SCANNED = Pattern.compile(
            "Total time to (?:scan all replicas|add all replicas to map) for block pool [^:]*: (\\d+)ms");

    private static final String EPOCH = "DataNode: epoch";
    private static final String JUDGING = "of it unchanged replicas";
    private static final String SCAN = "DataNode: Hadoop's scan";
    private static final String RESTART = "start of the DataNode to the end of safe mode";
    private static final String TOOL = "NameNode: -rollback";

    private final Path dir;
    private final VolsnapCluster cluster;
    private final ManyFiles files;
    private final Series series = new Series(EPOCH, JUDGING, SCAN, RESTART, TOOL);
    private final LogCapturer epochs =
            LogCapturer.captureLogs(LoggerFactory.getLogger("org.volsnap.datanode.rollback.EpochApplier"));
    private final LogCapturer scans = LogCapturer.captureLogs(
            LoggerFactory.getLogger("org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsDatasetImpl"));

    private RollbackSpeed(Path dir) throws IOException {
        this.dir = dir;
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(1)
                .storageVolumes(2)
                .replication(1)
                .set("dfs.block.invalidate.limit", "1000000")
                // A client that closes a file before its block was reported would sleep for 400 ms.
                .set("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "2")
                .build();
        files = new ManyFiles(cluster.fileSystem(), FILES, LENGTH);
    }

    /** The command. */
    public static void main(String[] args) throws Exception {
        Path dir = Path.of(System.getProperty("speed.dir", System.getProperty("java.io.tmpdir") + "/rollback-speed"));
        if (Files.exists(dir)) {
            throw new IOException(dir + " is there already");
        }
        try (RollbackSpeed speed = new RollbackSpeed(dir)) {
            speed.run();
        } finally {
            org.apache.hadoop.fs.FileUtil.fullyDelete(dir.toFile());
        }
        // What MapReduce leaves running is no reason to stay.
        Runtime.getRuntime().exit(0);
    }

    private void run() throws Exception {
        say("creating " + FILES + " files of " + LENGTH + " bytes");
        files.create(100);
        restartStock();
        rollBack("warm up", 1, false);
        for (int round = 1; round <= ROUNDS; round++) {
            say("round " + round + " of " + ROUNDS);
            series.add("stock restart", RESTART, restartStock());
            series.add("stock restart", SCAN, sum(SCANNED, scans));
            for (int percent : new int[] {0, 1, 10, 100}) {
                rollBack(percent + " % deleted", percent, false);
            }
            rollBack("1 % deleted, appended or truncated", 1, true);
            rollBack("10 % deleted, appended or truncated", 10, true);
        }
        if (ROUNDS > 0) {
            System.out.println(series.table("changed"));
            System.out.printf(
                    "1 %% deleted : 100 %% deleted, the epoch: %.1f %%%n%n",
                    100.0 * series.median("1 % deleted", EPOCH) / series.median("100 % deleted", EPOCH));
        }
        if (COPIES && DistributedCopy.isThere()) {
            compareWithCopies();
        }
    }

    // ---- restarts

    /** Without caches; returns the milliseconds from the start of the DataNode to the end of safe mode. */
    private long restartStock() throws IOException {
        cluster.dataNodes().get(0).getConf().unset(FACTORY);
        long millis = restart(() -> {});
        cluster.dataNodes().get(0).getConf().set(FACTORY, "org.volsnap.datanode.VolsnapDatasetFactory");
        long scanned = sum(SCANNED, scans);
        cluster.restartDataNodes();
        scans.clearOutput();
        LoggerFactory.getLogger("org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsDatasetImpl")
                .info("Total time to scan all replicas for block pool stock: {}ms", scanned);
        return millis;
    }

    private interface Offline {
        void run() throws IOException;
    }

    private long restart(Offline offline) throws IOException {
        List<Path> volumes = cluster.storageVolumes(0);
        cluster.stopDataNodes();
        cluster.stopNameNode();
        dropCaches(volumes);
        offline.run();
        cluster.startNameNode();
        epochs.clearOutput();
        scans.clearOutput();
        long start = System.nanoTime();
        cluster.startDataNodes();
        VolsnapCluster.waitFor(
                "the end of safe mode",
                Duration.ofMinutes(10),
                () -> !cluster.nameNode().isInSafeMode());
        return since(start);
    }

    private static void dropCaches(List<Path> volumes) throws IOException {
        for (Path volume : volumes) {
            try (Stream<Path> pools = Files.list(volume.resolve("current"))) {
                for (Path pool : pools.filter(Files::isDirectory).toList()) {
                    Files.deleteIfExists(pool.resolve("current/replicas"));
                    Files.deleteIfExists(pool.resolve("current/dfsUsed"));
                }
            }
        }
    }

    // ---- rollbacks

    private void rollBack(String row, int percent, boolean mixed) throws Exception {
        String name = "s" + System.nanoTime();
        cluster.volsnap("-create", name).orThrow();
        ManyFiles.Present then = files.present();
        change(percent, mixed);
        cluster.volsnap("-prepareRollback", name).orThrow();
        long[] tool = {0};
        long restarted = restart(() -> {
            long start = System.nanoTime();
            cluster.volsnap("-rollback", name).orThrow();
            tool[0] = since(start);
        });
        if (!row.equals("warm up")) {
            series.add(row, RESTART, restarted);
            series.add(row, TOOL, tool[0]);
            series.add(row, EPOCH, sum(DONE, epochs));
            series.add(row, JUDGING, sum(JUDGED, epochs));
            series.add(row, SCAN, sum(SCANNED, scans));
        }
        cleanUp(then);
    }

    private void change(int percent, boolean mixed) throws Exception {
        if (mixed) {
            files.mix(percent);
        } else {
            files.delete(percent);
        }
        cluster.waitForDeletions();
    }

    /** Checks what came back, and deletes every snapshot. */
    private void cleanUp(ManyFiles.Present then) throws Exception {
        cluster.waitActive();
        ManyFiles.Present now = files.present();
        if (!now.equals(then)) {
            throw new IOException(now + " came back, there were " + then);
        }
        for (String line :
                cluster.volsnap("-list").orThrow().out().lines().skip(1).toList()) {
            cluster.volsnap("-delete", line.strip().split(" +")[1]).orThrow();
        }
        VolsnapCluster.waitFor(
                "the end of deletions",
                Duration.ofMinutes(10),
                () -> cluster.volsnap("-list").out().contains("There are no volume snapshots"));
    }

    // ---- distcp

    private void compareWithCopies() throws Exception {
        Series copies = new Series("volsnap", "distcp");
        var root = new org.apache.hadoop.fs.Path(ManyFiles.ROOT);
        cluster.fileSystem().allowSnapshot(root);
        cluster.fileSystem().createSnapshot(root, "ordinary");
        Configuration conf = cluster.configuration();
        DistributedCopy distcp = new DistributedCopy(conf, dir.resolve("distcp"));
        for (int percent : new int[] {10, 100}) {
            String row = FILES / 100 * percent + " files lost";
            copies.add(row, "volsnap", wholeRollBack(percent));
            copies.add(row, "distcp", wholeCopy(percent, distcp));
            System.out.printf(
                    "%s: distcp : volsnap %.1f%n",
                    row, (double) copies.median(row, "distcp") / copies.median(row, "volsnap"));
        }
        System.out.println();
        System.out.println(copies.table("from the command to a cluster that takes writes, DataNodes running"));
    }

    private long wholeRollBack(int percent) throws Exception {
        String name = "s" + System.nanoTime();
        cluster.volsnap("-create", name).orThrow();
        ManyFiles.Present then = files.present();
        change(percent, false);
        long start = System.nanoTime();
        cluster.volsnap("-prepareRollback", name).orThrow();
        cluster.stopNameNode();
        cluster.volsnap("-rollback", name).orThrow();
        cluster.startNameNode();
        VolsnapCluster.waitFor(
                "the end of safe mode",
                Duration.ofMinutes(10),
                () -> !cluster.nameNode().isInSafeMode());
        long millis = since(start);
        cleanUp(then);
        return millis;
    }

    /** The lost files only. */
    private long wholeCopy(int percent, DistributedCopy distcp) throws Exception {
        change(percent, false);
        String uri = cluster.uri();
        List<String> lost = files.paths(uri + ManyFiles.ROOT + "/.snapshot/ordinary", percent);
        String target = uri + "/copied-" + percent;
        long start = System.nanoTime();
        cluster.fileSystem().mkdirs(new org.apache.hadoop.fs.Path(target));
        distcp.copy(lost, target);
        long millis = since(start);
        long copied = cluster.fileSystem()
                .getContentSummary(new org.apache.hadoop.fs.Path(target))
                .getFileCount();
        if (copied != lost.size()) {
            throw new IOException(copied + " of " + lost.size() + " files were copied");
        }
        files.create(percent);
        return millis;
    }

    // ---- figures

    private static long since(long start) {
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }

    private static long sum(Pattern figure, LogCapturer log) {
        return figure.matcher(log.getOutput())
                .results()
                .map(MatchResult.class::cast)
                .mapToLong(match -> Long.parseLong(requireNonNull(match.group(1))))
                .sum();
    }

    private static void say(String what) {
        System.err.println("== " + what);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
