/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.ProcessCluster;
import org.volsnap.testing.VolsnapCluster;

/**
 * Rounds, each of which: writers and an operator work while processes are killed; everything that was acknowledged is
 * compared; a rollback goes to a snapshot while processes are killed, and everything that the snapshot promised is
 * compared. The seed says what is done, in which order and after which pauses; how far each process has come by then, it
 * does not.
 */
final class CrashCampaign {
    private static final int WRITERS = 3;
    private static final int KILLS_UNDER_LOAD = 6;
    private static final int KILLS_OF_ROLLBACK = 4;

    private final long seed;
    private final int kills;
    private final ProcessCluster cluster;
    private final Consumer<String> report;
    private final Books books = new Books(WRITERS);
    private final List<Writer> writers = new ArrayList<>();
    private final Snapshots snapshots;
    private final Killer killer;
    private final KilledRollback rollback;
    /** The write lock is held while processes are killed, until all are back. */
    private final ReadWriteLock calm = new ReentrantReadWriteLock();

    private volatile boolean resting;

    private CrashCampaign(long seed, int kills, ProcessCluster cluster, Consumer<String> report) {
        this.seed = seed;
        this.kills = kills;
        this.cluster = cluster;
        this.report = report;
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer(i, books, seed * WRITERS + i, calm.readLock()));
        }
        this.snapshots = new Snapshots(cluster, books, seed + 1);
        this.killer = new Killer(cluster, seed + 2, report);
        this.rollback = new KilledRollback(cluster, snapshots, books, killer, seed + 3);
    }

    /**
     * Runs it.
     *
     * @param dir for everything the cluster writes
     * @param kills how many at least
     * @param report gets a line for each kill and each round
     * @throws AssertionError when something was lost
     */
    static void run(long seed, int kills, Path dir, Consumer<String> report) throws Exception {
        report.accept(
                "seed " + seed + ": repeat with -Dvolsnap.crash.seed=" + seed + " -Dvolsnap.crash.kills=" + kills);
        try (ProcessCluster cluster = start(dir)) {
            cluster.awaitHealthy();
            new CrashCampaign(seed, kills, cluster, report).run();
        }
    }

    static ProcessCluster start(Path dir) throws IOException {
        return VolsnapCluster.builder(dir)
                .dataNodes(3)
                .replication(2)
                .storageVolumes(2)
                .blockSize(1 << 18)
                .set("dfs.datanode.volsnap.parts.class", HaltingAtPoints.class.getName())
                .set(
                        "dfs.namenode.plugins",
                        "org.volsnap.namenode.VolsnapNameNodePlugin," + RegistryWatch.class.getName())
                .set("dfs.namenode.volsnap.create.timeout", "30s")
                .set("dfs.namenode.volsnap.lease", "10s")
                .set("dfs.client.retry.window.base", "200")
                .set("dfs.permissions.enabled", "true")
                .set("ipc.client.connect.retry.interval", "200")
                .set("ipc.client.connect.max.retries", "60")
                .buildProcesses();
    }

    private void run() throws Exception {
        for (int round = 1; killer.kills() < kills; round++) {
            work(Math.min(KILLS_UNDER_LOAD, kills - killer.kills()));
            int left = Math.min(KILLS_OF_ROLLBACK, kills - killer.kills());
            String target = snapshots.choose();
            rollback.to(target, left);
            compare(target);
            snapshots.check();
            snapshots.verifyOne();
            report.accept("round " + round + ": " + killer.kills() + " kills, rolled back to " + target + " of "
                    + snapshots.promise(target).size() + " possible states, " + snapshots.size() + " snapshots, "
                    + writers.get(0).figures());
        }
        report.accept(killer.kills() + " kills, nothing lost, seed " + seed);
    }

    private void work(int killsOfRound) throws Exception {
        resting = false;
        ExecutorService threads = Executors.newCachedThreadPool();
        try (DistributedFileSystem fileSystem = cluster.newFileSystem()) {
            List<Future<?>> all = new ArrayList<>();
            for (Writer writer : writers) {
                all.add(threads.submit(repeat(() -> writer.change(fileSystem))));
            }
            all.add(threads.submit(repeat(snapshots::change)));
            int before = killer.kills();
            while (killer.kills() < before + killsOfRound) {
                killer.rest(2500);
                disturb();
            }
            resting = true;
            for (Future<?> each : all) {
                each.get();
            }
            cluster.awaitHealthy();
            for (Writer writer : writers) {
                writer.settle(fileSystem);
            }
        } catch (ExecutionException e) {
            throw new AssertionError("a thread of the campaign failed", e.getCause());
        } finally {
            resting = true;
            threads.shutdownNow();
        }
        snapshots.check();
        CommandResult created = snapshots.create();
        if (created.exitCode() != 0) {
            throw new AssertionError("-create fails on a cluster that is whole: " + created.err());
        }
        snapshots.check();
    }

    /** A kill, and sometimes the next one before the cluster is back. */
    private void disturb() throws IOException {
        calm.writeLock().lock();
        try {
            killer.killAnything();
            if (killer.oneIn(3)) {
                killer.rest(4000);
                killer.killAnything();
            }
            cluster.awaitHealthy();
        } finally {
            calm.writeLock().unlock();
        }
    }

    private Callable<Void> repeat(Runnable step) {
        return () -> {
            while (!resting) {
                step.run();
                Pause.millis(20);
            }
            return null;
        };
    }

    /** Every file is what the snapshot promised; the books go on from there. */
    private void compare(String target) throws IOException {
        try (DistributedFileSystem fileSystem = cluster.newFileSystem()) {
            for (Writer writer : writers) {
                writer.forget();
                Map<String, byte[]> actual = writer.read(fileSystem);
                String violation = snapshots.promise(target).violation(writer.number(), actual);
                if (violation != null) {
                    throw new AssertionError("after the rollback to " + target + " the files of writer "
                            + writer.number() + " are not what it promised: " + violation);
                }
                books.settle(writer.number(), actual);
            }
        }
        snapshots.compared(target);
    }
}
