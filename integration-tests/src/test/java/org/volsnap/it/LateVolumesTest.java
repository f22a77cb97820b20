/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.server.datanode.DataNodeTestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/**
 * One history of changes, a snapshot, two rollbacks and an undo, in which each storage volume of a DataNode is taken out at
 * another time. HDFS makes what it held anew on the others, so it comes back with second replicas of all kinds.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LateVolumesTest {
    private static final String ROOT = "/data";
    private static final String NAME = "nightly";
    private static final List<String> KINDS = List.of("kept", "grown", "cut", "cutAndGrown", "deleted", "overwritten");

    /** When a storage volume is out. */
    private enum Late {
        CREATE,
        CHANGE,
        ROLLBACK,
        /** Out from before the snapshot until after the first rollback. */
        ALL,
        TWO_ROLLBACKS,
        /** Misses a rollback and its undo. */
        UNDO
    }

    /** One that is never out. */
    private static final int VOLUMES = Late.values().length + 1;

    private VolsnapCluster cluster;
    private Wreckage wreckage;
    private Rollback rollback;
    private Volumes volumes;
    private List<Path> roots;
    private final Set<Late> out = EnumSet.noneOf(Late.class);

    @BeforeEach
    void start(@TempDir Path dir) throws IOException {
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(2)
                .replication(2)
                .storageVolumes(VOLUMES)
                .blockSize(256 << 10)
                .set("dfs.namenode.reconstruction.pending.timeout-sec", "3")
                .set("dfs.namenode.replication.work.multiplier.per.iteration", "20")
                .set("dfs.namenode.replication.max-streams", "20")
                .set("dfs.datanode.volsnap.chunk.size", "16k")
                .set("dfs.namenode.accesstime.precision", "0")
                .build();
        wreckage = new Wreckage(cluster, 122);
        rollback = new Rollback(cluster);
        volumes = new Volumes(cluster);
        roots = cluster.storageVolumes(0);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void whateverTheyMissedTheirReplicasEndAsTheNamespaceSays() throws Exception {
        for (String kind : KINDS) {
            for (int i = 0; i < VOLUMES; i++) {
                wreckage.write(file(kind, i), 150_000);
            }
        }
        takeOut(Late.CREATE, Late.ALL);
        change(1);
        FileSystemState then = state();
        cluster.volsnap("-create", NAME).orThrow();
        putBack(Late.CREATE);

        takeOut(Late.CHANGE);
        change(2);
        putBack(Late.CHANGE);

        takeOut(Late.ROLLBACK, Late.TWO_ROLLBACKS);
        rollback.toWithRunningDataNodes(NAME);
        state().assertSameAs(then);
        putBack(Late.ROLLBACK, Late.ALL);
        assertSettled(then);

        change(3);
        FileSystemState goneOn = state();
        takeOut(Late.UNDO);
        rollback.toWithRunningDataNodes(NAME);
        putBack(Late.TWO_ROLLBACKS);
        assertSettled(then);

        rollback.undoWithRunningDataNodes();
        putBack(Late.UNDO);
        assertSettled(goneOn);
        cluster.volsnap("-verify", NAME).orThrow();
    }

    /** What is cut and grown has the old length and other bytes. */
    private void change(int round) throws IOException {
        for (int i = 0; i < VOLUMES; i++) {
            wreckage.append(file("grown", i), 10_000);
            wreckage.truncate(file("cut", i), 140_000 - 20_000L * round);
            wreckage.truncate(file("cutAndGrown", i), 120_000);
            wreckage.append(file("cutAndGrown", i), 30_000);
            cluster.fileSystem().delete(file("deleted", i), false);
            wreckage.write(file("overwritten", i), 50_000);
            wreckage.write(file("new" + round, i), 100_000);
        }
        cluster.waitForDeletions();
        for (int i = 0; i < VOLUMES; i++) {
            wreckage.write(file("deleted", i), 70_000 + round);
        }
    }

    // ---- storage volumes

    private void takeOut(Late... late) throws Exception {
        out.addAll(List.of(late));
        reconfigure();
    }

    private void putBack(Late... late) throws Exception {
        out.removeAll(List.of(late));
        reconfigure();
        rollback.assertHealthy();
    }

    /**
     * Returns when every block has its replicas again, on the storage volumes that are there. A volume that is put back
     * hides what the others have of the same blocks (FsDatasetImpl.addVolume), until the directory scanner settles it.
     */
    private void reconfigure() throws Exception {
        List<Path> there = new ArrayList<>(roots);
        out.forEach(late -> there.remove(roots.get(late.ordinal())));
        volumes.reconfigure(there);
        cluster.requestBlockReports();
        ReplicasOnDisk replicas = new ReplicasOnDisk(cluster);
        replicas.awaitEverywhere();
        DataNodeTestUtils.runDirectoryScanner(cluster.dataNodes().get(0));
        cluster.requestBlockReports();
        replicas.awaitEverywhere();
        rollback.awaitRedundancy();
        replicas.awaitAsRead();
    }

    // ---- what must hold

    private void assertSettled(FileSystemState expected) throws IOException {
        state().assertSameAs(expected);
        assertThat(cluster.nameNode().getNamesystem().getCorruptReplicaBlocks()).isZero();
        assertThat(cluster.volsnap("-status").out()).doesNotContain("ROLLING_BACK");
    }

    private FileSystemState state() throws IOException {
        return FileSystemState.capture(cluster.fileSystem(), ROOT);
    }

    private static org.apache.hadoop.fs.Path file(String kind, int number) {
        return new org.apache.hadoop.fs.Path(ROOT, kind + number);
    }
}
