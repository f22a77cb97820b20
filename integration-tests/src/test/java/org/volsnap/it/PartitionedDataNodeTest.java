/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.DataNodeTestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/**
 * A DataNode that runs and is cut off from the NameNode, but not from clients and other DataNodes: pipelines that exist go
 * on through it.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PartitionedDataNodeTest {
    private static final String ROOT = "/data";
    private static final String NAME = "nightly";
    private static final org.apache.hadoop.fs.Path OPEN = new org.apache.hadoop.fs.Path("/open/file");
    private static final int OPEN_LENGTH = 70_000;

    private VolsnapCluster cluster;
    private Wreckage wreckage;
    private Rollback rollback;
    private DataNode cutOff;

    @BeforeEach
    void start(@TempDir Path dir) throws IOException {
        TamperedParts.reset();
        cluster = VolsnapCluster.builder(dir)
                .storageVolumes(1)
                .blockSize(256 << 10)
                .set("dfs.datanode.volsnap.parts.class", TamperedParts.class.getName())
                .set("dfs.client.block.write.replace-datanode-on-failure.policy", "NEVER")
                .set("dfs.client.retry.window.base", "10")
                .set("dfs.namenode.reconstruction.pending.timeout-sec", "3")
                .set("dfs.namenode.volsnap.lease", "5s")
                .set("dfs.datanode.volsnap.chunk.size", "16k")
                .set("dfs.namenode.accesstime.precision", "0")
                .build();
        wreckage = new Wreckage(cluster, 123);
        rollback = new Rollback(cluster);
        cutOff = cluster.dataNodes().get(0);
    }

    @AfterEach
    void stop() {
        TamperedParts.reset();
        cluster.close();
    }

    /** It is cut off at the snapshot and at the changes. A pipeline brings it bytes that the snapshot may not have. */
    @Test
    void itIsCutOffWhileASnapshotIsTakenAndThingsChange() throws Exception {
        fill();
        FSDataOutputStream writer = wreckage.open(OPEN.toString(), OPEN_LENGTH);
        byte[] openThen = DFSTestUtil.readFileAsBytes(cluster.fileSystem(), OPEN);
        FileSystemState then = state();
        cut();
        cluster.volsnap("-create", NAME).orThrow();
        writer.write(wreckage.bytes(20_000));
        writer.hflush();
        change();
        writer.write(wreckage.bytes(20_000));
        writer.close();
        FileSystemState changed = state();

        mend();
        assertSettled(changed);

        rollback.toWithRunningDataNodes(NAME);
        rollback.awaitClosed(OPEN.toString());
        assertSettled(then);
        assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), OPEN)).isEqualTo(openThen);
    }

    /** It is cut off while the cluster is rolled back, and the rollback is undone; a writer still reaches it. */
    @Test
    void itIsCutOffWhileTheClusterIsRolledBack() throws Exception {
        fill();
        FileSystemState then = state();
        cluster.volsnap("-create", NAME).orThrow();
        change();
        FileSystemState changed = state();
        FSDataOutputStream writer = wreckage.open(OPEN.toString(), OPEN_LENGTH);
        cut();

        rollback.toWithRunningDataNodes(NAME);
        assertThatThrownBy(() -> {
                    writer.write(wreckage.bytes(20_000));
                    writer.hflush();
                    writer.close();
                })
                .isInstanceOf(IOException.class);
        state().assertSameAs(then);
        mend();
        assertSettled(then);
        assertThat(cluster.fileSystem().exists(OPEN)).isFalse();

        cut();
        rollback.undoWithRunningDataNodes();
        rollback.toWithRunningDataNodes(NAME);
        rollback.undoWithRunningDataNodes();
        mend();
        rollback.awaitClosed(OPEN.toString());
        assertSettled(changed);
        assertThat(cluster.fileSystem().getFileStatus(OPEN).getLen()).isEqualTo(OPEN_LENGTH);
    }

    private void fill() throws IOException {
        for (String name : List.of("kept", "grown", "cut", "cutAndGrown", "deleted", "overwritten")) {
            wreckage.write(file(name), 300_000);
        }
    }

    /** What is cut and grown has the old length and other bytes. */
    private void change() throws IOException {
        wreckage.append(file("grown"), 10_000);
        wreckage.truncate(file("cut"), 200_000);
        wreckage.truncate(file("cutAndGrown"), 280_000);
        wreckage.append(file("cutAndGrown"), 20_000);
        cluster.fileSystem().delete(file("deleted"), false);
        wreckage.write(file("overwritten"), 50_000);
        wreckage.write(file("new"), 300_000);
    }

    // ---- the cut

    /** Nothing goes to the NameNode any more, which takes it for dead; all else goes on. */
    private void cut() throws IOException {
        DataNodeTestUtils.setHeartbeatsDisabledForTests(cutOff, true);
        DataNodeTestUtils.pauseIBR(cutOff);
        TamperedParts.CUT_OFF.add(cutOff);
        cluster.mini().setDataNodeDead(cutOff.getDatanodeId());
    }

    private void mend() throws IOException {
        TamperedParts.CUT_OFF.remove(cutOff);
        DataNodeTestUtils.resumeIBR(cutOff);
        DataNodeTestUtils.setHeartbeatsDisabledForTests(cutOff, false);
        cluster.waitActive();
        cluster.waitForFollowing();
        cluster.requestBlockReports();
    }

    // ---- what must hold

    private void assertSettled(FileSystemState expected) throws Exception {
        ReplicasOnDisk replicas = new ReplicasOnDisk(cluster);
        replicas.awaitEverywhere();
        rollback.awaitRedundancy();
        replicas.awaitAsRead();
        rollback.assertHealthy();
        state().assertSameAs(expected);
        assertThat(cluster.nameNode().getNamesystem().getCorruptReplicaBlocks()).isZero();
        cluster.volsnap("-verify", NAME).orThrow();
    }

    private FileSystemState state() throws IOException {
        return FileSystemState.capture(cluster.fileSystem(), ROOT);
    }

    private static org.apache.hadoop.fs.Path file(String name) {
        return new org.apache.hadoop.fs.Path(ROOT, name);
    }
}
