/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.hadoop.hdfs.protocol.DatanodeInfo;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.DatanodeReportType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.testing.DataNodeProcess;
import org.volsnap.testing.VolsnapCluster;

/** A DataNode in a JVM of its own holds the only replicas, and is stopped or killed at the worst moments. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KilledDataNodeTest {
    /** Between two kills; 1 for all of them. */
    private static final int STEP = Integer.getInteger("volsnap.killed.step", 3);

    private static final int LAST_STEP = 7;

    private static final int NOT_TOLD = -1;

    private static final Pattern PROGRESS = Pattern.compile("datanode/data +1 +(\\d+) %");

    @TempDir
    private Path dir;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsBetweenSnapshotAndChange(boolean killed) throws Exception {
        try (VolsnapCluster cluster = cluster();
                DataNodeProcess dataNode = dataNode(cluster)) {
            Wreckage wreckage = new Wreckage(cluster, 11);
            FileSystemState then = fillAndCreate(cluster, wreckage);

            restart(cluster, dataNode, killed);
            wreckage.wreck();
            rollBack(cluster, dataNode, Map.of());

            FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(then);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsBetweenChangeAndRollback(boolean killed) throws Exception {
        try (VolsnapCluster cluster = cluster();
                DataNodeProcess dataNode = dataNode(cluster)) {
            Wreckage wreckage = new Wreckage(cluster, 12);
            FileSystemState then = fillAndCreate(cluster, wreckage);
            wreckage.wreck();

            restart(cluster, dataNode, killed);
            rollBack(cluster, dataNode, Map.of());

            FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(then);
        }
    }

    @Test
    void goesOnRunningThroughARollback() throws Exception {
        try (VolsnapCluster cluster = cluster();
                DataNodeProcess dataNode = dataNode(cluster)) {
            Wreckage wreckage = new Wreckage(cluster, 14);
            FileSystemState then = fillAndCreate(cluster, wreckage);
            wreckage.wreck();

            cluster.volsnap("-prepareRollback", "nightly").orThrow();
            cluster.stopNameNode();
            cluster.volsnap("-rollback", "nightly").orThrow();
            cluster.startNameNode();
            awaitWritable(cluster);

            FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(then);
            assertThat(dataNode.isAlive()).isTrue();
        }
    }

    @Test
    void isKilledAgainAndAgainDuringRollback() throws Exception {
        try (VolsnapCluster cluster = cluster();
                DataNodeProcess dataNode = dataNode(cluster)) {
            Wreckage wreckage = new Wreckage(cluster, 13);
            FileSystemState then = fillAndCreate(cluster, wreckage);
            wreckage.wreck();
            cluster.volsnap("-prepareRollback", "nightly").orThrow();
            dataNode.stop();
            cluster.stopNameNode();
            cluster.volsnap("-rollback", "nightly").orThrow();
            cluster.startNameNode();

            int progress = NOT_TOLD;
            for (int step = 1; step <= LAST_STEP; step += STEP) {
                dataNode.restart(Map.of(
                        "dfs.datanode.volsnap.parts.class",
                        HaltingParts.class.getName(),
                        HaltingParts.STEP,
                        Integer.toString(step)));
                assertThat(dataNode.awaitExit()).isEqualTo(HaltingParts.EXIT_CODE);
                int now = progress(cluster);
                assertThat(now).isBetween(progress, 99);
                progress = now;
            }
            assertThat(progress).isNotEqualTo(NOT_TOLD);
            dataNode.restart(Map.of());
            awaitWritable(cluster);

            FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(then);
        }
    }

    /** Of the storage volume; the DataNode is not registered while it applies the rollback. */
    private static int progress(VolsnapCluster cluster) {
        String status = cluster.volsnap("-status").orThrow().out();
        return PROGRESS.matcher(status)
                .results()
                .mapToInt(match -> Integer.parseInt(match.group(1)))
                .findFirst()
                .orElse(NOT_TOLD);
    }

    private VolsnapCluster cluster() throws IOException {
        return VolsnapCluster.builder(dir)
                .dataNodes(0)
                .set("dfs.replication", "1")
                .set("dfs.namenode.accesstime.precision", "0")
                .build();
    }

    private DataNodeProcess dataNode(VolsnapCluster cluster) throws IOException {
        DataNodeProcess process = DataNodeProcess.start(cluster.configuration(), dir.resolve("datanode"));
        awaitLive(cluster);
        return process;
    }

    private static FileSystemState fillAndCreate(VolsnapCluster cluster, Wreckage wreckage) throws IOException {
        wreckage.fill();
        FileSystemState state = FileSystemState.capture(cluster.fileSystem(), "/data");
        cluster.volsnap("-create", "nightly").orThrow();
        return state;
    }

    private static void restart(VolsnapCluster cluster, DataNodeProcess dataNode, boolean killed) throws IOException {
        if (killed) {
            dataNode.kill();
        } else {
            dataNode.stop();
        }
        cluster.restartNameNode();
        dataNode.restart(Map.of());
        awaitWritable(cluster);
    }

    private static void rollBack(VolsnapCluster cluster, DataNodeProcess dataNode, Map<String, String> settings)
            throws IOException {
        cluster.volsnap("-prepareRollback", "nightly").orThrow();
        dataNode.stop();
        cluster.stopNameNode();
        cluster.volsnap("-rollback", "nightly").orThrow();
        cluster.startNameNode();
        dataNode.restart(settings);
        awaitWritable(cluster);
    }

    private static void awaitWritable(VolsnapCluster cluster) throws IOException {
        awaitLive(cluster);
        cluster.waitWritable();
    }

    private static void awaitLive(VolsnapCluster cluster) {
        VolsnapCluster.waitFor("a live DataNode", Duration.ofSeconds(90), () -> {
            try {
                DatanodeInfo[] live = cluster.fileSystem().getDataNodeStats(DatanodeReportType.LIVE);
                return live.length == 1 && live[0].getCapacity() > 0;
            } catch (IOException e) {
                return false;
            }
        });
    }
}
