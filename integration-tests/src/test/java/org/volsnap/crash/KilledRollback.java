/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.crash;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.DaemonProcess;
import org.volsnap.testing.ProcessCluster;

/** A rollback during which processes are killed: the NameNode, DataNodes, and the command itself. */
final class KilledRollback {
    /** More than the command prints. */
    private static final int MOST_LINES = 7;

    private static final int MOST_MILLIS = 800;

    private final ProcessCluster cluster;
    private final Snapshots snapshots;
    private final Books books;
    private final Killer killer;
    private final Random random;

    KilledRollback(ProcessCluster cluster, Snapshots snapshots, Books books, Killer killer, long seed) {
        this.cluster = cluster;
        this.snapshots = snapshots;
        this.books = books;
        this.killer = killer;
        this.random = new Random(seed);
    }

    /**
     * Puts the cluster back to a snapshot.
     *
     * @return the safety snapshot
     */
    String to(String target, int kills) throws IOException {
        int left = kills;
        String safety = null;
        while (safety == null) {
            boolean disturbed = left > 0 && random.nextInt(3) == 0;
            left -= disturbed ? 1 : 0;
            safety = prepare(target, disturbed);
        }
        DaemonProcess nameNode = cluster.nameNode();
        if (random.nextBoolean()) {
            nameNode.stop();
        } else {
            nameNode.kill();
        }
        while (left > 0 && random.nextInt(2) == 0) {
            left--;
            killTool(target);
        }
        cluster.volsnapOn(0, "-rollback", target).orThrow();
        nameNode.start();
        for (; left > 0; left--) {
            killFollowing();
        }
        awaitEnd();
        return safety;
    }

    /** @return the safety snapshot; null when it was interrupted, and nothing is prepared */
    private @Nullable String prepare(String target, boolean disturbed) throws IOException {
        Books.Promise promise = books.open();
        ExecutorService beside = Executors.newSingleThreadExecutor();
        try {
            Future<?> kill = beside.submit(() -> {
                if (disturbed) {
                    killer.killPreparing();
                }
                return null;
            });
            CommandResult result = cluster.volsnap("-prepareRollback", target);
            books.close(promise);
            kill.get();
            if (result.exitCode() != 0 && !disturbed) {
                throw new AssertionError("-prepareRollback " + target + " failed: " + result);
            }
        } catch (ExecutionException e) {
            throw new IOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            beside.shutdownNow();
        }
        return prepared(promise);
    }

    /** What is prepared and complete is carried out; what is not is cancelled. */
    private @Nullable String prepared(Books.Promise promise) throws IOException {
        StatusResponseProto status = Patience.get("-status", () -> Snapshots.status(cluster.configuration()));
        RegistryProto registry = status.getRegistry();
        if (!registry.hasPendingRollback()) {
            cluster.awaitHealthy();
            return null;
        }
        SnapshotProto safety = registry.getSnapshotsList().stream()
                .filter(each -> each.getId() == registry.getPendingRollback().getSafetySnapshotId())
                .findFirst()
                .orElseThrow();
        boolean complete = status.getNamespacesList().stream()
                        .anyMatch(copy -> copy.getSnapshotId() == safety.getId() && copy.getCopies() > 0)
                && status.getDatanodesList().stream().allMatch(each -> each.getRollbackReady());
        if (!complete) {
            Patience.get("-cancelRollback", () -> {
                CommandResult result = cluster.volsnap("-cancelRollback");
                if (result.exitCode() != 0) {
                    throw new IOException(result.toString());
                }
                return result;
            });
            cluster.awaitHealthy();
            return null;
        }
        snapshots.add(safety.getName(), promise);
        return safety.getName();
    }

    /** Ends {@code -rollback} in its course, after some line of its progress. */
    private void killTool(String target) throws IOException {
        int line = 1 + random.nextInt(MOST_LINES);
        int after = random.nextInt(MOST_MILLIS);
        Path directory = cluster.nameNode().directory();
        Process tool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + directory.resolve("tmp"),
                        "-Dlog4j.configuration=client-log4j.properties",
                        "-D" + HaltingTool.LINE + "=" + line,
                        "-D" + HaltingTool.AFTER + "=" + after,
                        "-cp",
                        directory.resolve("conf") + File.pathSeparator + System.getProperty("java.class.path"),
                        HaltingTool.class.getName(),
                        "-rollback",
                        target)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("tool.log").toFile()))
                .start();
        try {
            int exitCode = tool.waitFor();
            killer.count("-rollback " + after + " ms after line " + line + ", exit code " + exitCode);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** While DataNodes follow. */
    private void killFollowing() throws IOException {
        if (random.nextInt(4) == 0) {
            killer.killNameNode(List.of("FINISHED"));
        } else {
            killer.killRollingBack();
        }
    }

    private void awaitEnd() {
        Patience.until("the rollback's end", () -> {
            StatusResponseProto status = Snapshots.status(cluster.configuration());
            RegistryProto registry = status.getRegistry();
            return !status.getSafeMode()
                    && registry.getEpochs(registry.getEpochsCount() - 1).getFinished();
        });
        cluster.awaitHealthy();
    }
}
