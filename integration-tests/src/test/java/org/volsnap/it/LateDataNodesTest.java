/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.MiniDFSCluster.DataNodeProperties;
import org.apache.hadoop.hdfs.protocol.DatanodeID;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/**
 * One history of changes, a snapshot, two rollbacks and an undo, in which each DataNode is away at another time. Every
 * block has a replica on every DataNode, so each of them comes back with old ones of all kinds.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LateDataNodesTest {
    private static final int STEADY = 2;
    private static final short REPLICATION = (short) (STEADY + Late.values().length);
    private static final String ROOT = "/data";
    private static final org.apache.hadoop.fs.Path OPEN = new org.apache.hadoop.fs.Path("/open");
    private static final int OPEN_LENGTH = 70_000;
    private static final String NAME = "nightly";

    /** When a DataNode is away. */
    private enum Late {
        /** Dies while the snapshot is taken, and is left out of it. */
        LEFT_OUT,
        /** Dead before the changes that come before the snapshot, until it is taken. */
        CREATE,
        CHANGE,
        /** Dies after {@code -prepareRollback}: it is expected, and does not come. */
        ROLLBACK,
        /** Dead from before the snapshot until after the first rollback. */
        ALL,
        TWO_ROLLBACKS,
        /** Misses a rollback and its undo. */
        UNDO
    }

    private VolsnapCluster cluster;
    private Wreckage wreckage;
    private Rollback rollback;
    private final Map<Late, String> uuids = new EnumMap<>(Late.class);
    private final Map<Late, DataNodeProperties> away = new EnumMap<>(Late.class);

    @BeforeEach
    void start(@TempDir Path dir) throws IOException {
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(REPLICATION)
                .replication(REPLICATION)
                .storageVolumes(1)
                .blockSize(256 << 10)
                .set("dfs.client.block.write.replace-datanode-on-failure.policy", "NEVER")
                .set("dfs.namenode.replication.work.multiplier.per.iteration", "20")
                .set("dfs.namenode.replication.max-streams", "20")
                .set("dfs.namenode.reconstruction.pending.timeout-sec", "3")
                .set("dfs.namenode.volsnap.create.timeout", "10s")
                .set("dfs.namenode.volsnap.lease", "120s")
                .set("dfs.datanode.volsnap.chunk.size", "16k")
                .set("dfs.namenode.accesstime.precision", "0")
                .build();
        for (Late late : Late.values()) {
            uuids.put(late, cluster.dataNodes().get(late.ordinal()).getDatanodeUuid());
        }
        wreckage = new Wreckage(cluster, 121);
        rollback = new Rollback(cluster);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void whateverTheyMissedTheirReplicasEndAsTheNamespaceSays() throws Exception {
        fill();
        dies(Late.CREATE);
        dies(Late.ALL);
        change(1);
        FSDataOutputStream writer = wreckage.open(OPEN.toString(), OPEN_LENGTH);
        FileSystemState then = state();
        byte[] openThen = DFSTestUtil.readFileAsBytes(cluster.fileSystem(), OPEN);
        createWithout(Late.LEFT_OUT);
        comeBack(Late.CREATE, Late.LEFT_OUT);

        dies(Late.CHANGE);
        change(2);
        writer.write(wreckage.bytes(5_000));
        writer.close();
        comeBack(Late.CHANGE);

        dies(Late.TWO_ROLLBACKS);
        rollBackWithout(Late.ROLLBACK);
        rollback.awaitClosed(OPEN.toString());
        state().assertSameAs(then);
        comeBack(Late.ROLLBACK, Late.ALL);
        assertSettled(then, openThen);

        change(3);
        FileSystemState goneOn = state();
        dies(Late.UNDO);
        rollback.toWithRunningDataNodes(NAME);
        comeBack(Late.TWO_ROLLBACKS);
        assertSettled(then, openThen);

        rollback.undoWithRunningDataNodes();
        comeBack(Late.UNDO);
        rollback.awaitRedundancy();
        assertSettled(goneOn, openThen);
        cluster.volsnap("-verify", NAME).orThrow();
    }

    private void fill() throws IOException {
        for (String name : List.of("kept", "grown", "cut", "cutAndGrown", "deleted", "overwritten")) {
            wreckage.write(file(name), 300_000);
        }
    }

    /** Of each kind one file; that which is cut and grown has the old length and other bytes. */
    private void change(int round) throws IOException {
        wreckage.append(file("grown"), 10_000);
        wreckage.truncate(file("cut"), 250_000 - 20_000L * round);
        wreckage.truncate(file("cutAndGrown"), 280_000);
        wreckage.append(file("cutAndGrown"), 20_000);
        cluster.fileSystem().delete(file("deleted"), false);
        wreckage.write(file("overwritten"), 50_000);
        wreckage.write(file("new" + round), 300_000);
        cluster.waitForDeletions();
        wreckage.write(file("deleted"), 200_000 + round);
    }

    /** It has died and nobody knows it yet: it counts as one that does not answer. */
    private void createWithout(Late late) {
        stop(late);
        String created =
                cluster.volsnap("-create", "-allowMissing", "1", NAME).orThrow().out();
        assertThat(created).contains("Left out", requireNonNull(uuids.get(late)));
    }

    /** Safe mode is held for it until the operator goes on without it. */
    private void rollBackWithout(Late late) throws IOException {
        cluster.volsnap("-prepareRollback", NAME).orThrow();
        int expected = cluster.dataNodes().size();
        stop(late);
        cluster.stopNameNode();
        cluster.volsnap("-rollback", NAME).orThrow();
        cluster.startNameNode();
        String done = "running, DataNodes done: " + (expected - 1) + " of " + expected;
        VolsnapCluster.waitFor(
                "all others",
                Duration.ofSeconds(90),
                () -> cluster.volsnap("-status").out().contains(done));
        assertThat(cluster.nameNode().isInSafeMode()).isTrue();
        VolsnapCluster.waitFor(
                "the one that is awaited, and no other",
                Duration.ofSeconds(30),
                () -> cluster.volsnap("-status")
                        .out()
                        .contains("\nWaits for:  " + uuids.get(late)
                                + " (has not come since the NameNode was started)\n"));
        cluster.fileSystem().setSafeMode(SafeModeAction.LEAVE);
        cluster.waitWritable();
    }

    // ---- DataNodes

    private DatanodeID stop(Late late) {
        DataNode dataNode = cluster.dataNodes().stream()
                .filter(each -> each.getDatanodeUuid().equals(uuids.get(late)))
                .findFirst()
                .orElseThrow();
        DatanodeID id = dataNode.getDatanodeId();
        away.put(late, cluster.mini().stopDataNode(cluster.dataNodes().indexOf(dataNode)));
        return id;
    }

    private void dies(Late late) throws IOException {
        cluster.mini().setDataNodeDead(stop(late));
    }

    private void comeBack(Late... late) throws Exception {
        for (Late each : late) {
            cluster.mini().restartDataNode(requireNonNull(away.remove(each)), true);
        }
        cluster.waitActive();
        cluster.requestBlockReports();
        ReplicasOnDisk replicas = new ReplicasOnDisk(cluster);
        replicas.awaitEverywhere();
        replicas.awaitAsRead();
        rollback.assertHealthy();
    }

    // ---- what must hold

    private void assertSettled(FileSystemState expected, byte[] open) throws Exception {
        state().assertSameAs(expected);
        assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), OPEN)).isEqualTo(open);
        assertThat(cluster.nameNode().getNamesystem().getCorruptReplicaBlocks()).isZero();
    }

    private FileSystemState state() throws IOException {
        return FileSystemState.capture(cluster.fileSystem(), ROOT);
    }

    private static org.apache.hadoop.fs.Path file(String name) {
        return new org.apache.hadoop.fs.Path(ROOT, name);
    }
}
