/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.volsnap.it.Rollback.assertRefused;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** Two DataNodes, one of them without the plugin: what is refused, what is left out, and that it stays left out. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LeftOutDataNodeTest {
    private static final org.apache.hadoop.fs.Path BOTH = new org.apache.hadoop.fs.Path("/both");
    private static final org.apache.hadoop.fs.Path ONLY = new org.apache.hadoop.fs.Path("/only");
    private static final org.apache.hadoop.fs.Path OPEN = new org.apache.hadoop.fs.Path("/open");

    private VolsnapCluster cluster;
    private DataNode without;

    @BeforeEach
    void start(@TempDir Path dir) throws IOException {
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(1)
                .storageVolumes(1)
                .set("dfs.heartbeat.interval", "1s")
                .set("dfs.namenode.volsnap.lease", "10s")
                .set("dfs.namenode.volsnap.create.timeout", "15s")
                .build();
        cluster.addDataNode(false);
        without = cluster.dataNodes().get(1);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void aDataNodeWithoutThePluginIsNamedAndStopsEverySnapshotThatDoesNotAllowIt() throws Exception {
        CommandResult refused = cluster.volsnap("-create", "s");

        assertRefused(refused, 2, name(without));
        assertThat(refused.err()).contains("is volsnap enabled there?", "-create -allowMissing 1");
        assertThat(cluster.volsnap("-list").out()).contains("There are no volume snapshots");
        assertThat(statusLine(without)).contains("NO_PLUGIN");

        cluster.volsnap("-create", "-allowMissing", "1", "s").orThrow();
        CommandResult prepared = cluster.volsnap("-prepareRollback", "s");

        assertRefused(prepared, 2, name(without));
        assertThat(prepared.err())
                .contains("enable volsnap on them or stop them")
                .doesNotContain("-allowMissing");
        assertThat(cluster.nameNode().isInSafeMode()).isFalse();
        cluster.volsnap("-delete", "s").orThrow();
        VolsnapCluster.waitFor(
                "the end of the snapshot",
                Duration.ofSeconds(60),
                () -> cluster.volsnap("-list").out().contains("There are no volume snapshots"));
    }

    @Test
    void whatItHoldsNeverCountsAlsoNotWithThePlugin() throws Exception {
        write(BOTH, 2, 300_000);
        byte[] only = writeTo(without, ONLY, 200_000);
        byte[] open = bytes(8000);
        FSDataOutputStream out = cluster.fileSystem().create(OPEN, (short) 2);
        out.write(open, 0, 5000);
        out.hflush();
        String both = FileSystemState.sha256(cluster.fileSystem(), BOTH);

        CommandResult created =
                cluster.volsnap("-create", "-allowMissing", "1", "s").orThrow();

        out.write(open, 5000, 3000);
        out.close();
        assertThat(created.out()).contains("Left out", name(without), without.getDatanodeUuid());
        assertIsLeftOut();

        cluster.restartDataNode(1, true);
        without = cluster.dataNodes().get(1);
        VolsnapCluster.waitFor(
                "the plugin", Duration.ofSeconds(60), () -> statusLine(without).contains("FOLLOWING"));

        assertIsLeftOut();
        cluster.fileSystem().delete(BOTH, false);
        cluster.waitForDeletions();

        assertRefused(cluster.volsnap("-prepareRollback", "s"), 2, "1 blocks of 1 files have no replica: " + ONLY);
        assertThat(cluster.volsnap("-prepareRollback", "-dryRun", "s").out())
                .contains(name(without) + ": left out of s: what it holds goes");
        String prepared =
                cluster.volsnap("-prepareRollback", "-force", "s").orThrow().out();
        assertThat(prepared).contains("Left out of it, what they hold goes: " + name(without));
        rollBack("s");

        new Rollback(cluster).awaitClosed(OPEN.toString());
        assertThat(FileSystemState.sha256(cluster.fileSystem(), BOTH)).isEqualTo(both);
        assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), OPEN)).isEqualTo(Arrays.copyOf(open, 5000));
        assertThatThrownBy(() -> DFSTestUtil.readFileAsBytes(cluster.fileSystem(), ONLY))
                .isInstanceOf(IOException.class);
        assertIsLeftOut();

        String safety = Rollback.safetySnapshot(prepared);
        new Rollback(cluster).toWithRunningDataNodes(safety);
        assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), ONLY)).isEqualTo(only);
        assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), OPEN)).isEqualTo(open);
    }

    @Test
    void oneThatWasRestartedWithoutThePluginIsNotTakenForOneThatPreservesEverything() throws Exception {
        cluster.restartDataNode(1, true);
        VolsnapCluster.waitFor(
                "the plugin",
                Duration.ofSeconds(60),
                () -> statusLine(cluster.dataNodes().get(1)).contains("FOLLOWING"));
        cluster.volsnap("-create", "before").orThrow();

        cluster.restartDataNode(1, false);

        assertRefused(cluster.volsnap("-create", "at-once"), 2, name(without));
        VolsnapCluster.waitFor(
                "the end of the lease",
                Duration.ofSeconds(60),
                () -> statusLine(cluster.dataNodes().get(1)).contains("NO_PLUGIN"));
        assertRefused(cluster.volsnap("-create", "later"), 2, name(without));
        cluster.volsnap("-create", "-allowMissing", "1", "without").orThrow();
        assertThat(cluster.volsnap("-status", "before").out()).doesNotContain("LEFT_OUT");
    }

    private void assertIsLeftOut() {
        assertThat(cluster.volsnap("-status").out()).contains("Left out:   of s: " + name(without));
        assertThat(cluster.volsnap("-status", "s").out())
                .containsPattern("(?m)^Left out: +" + name(without))
                .containsPattern("(?m)^" + name(without) + " .*LEFT_OUT *$");
        CommandResult verify = cluster.volsnap("-verify", "s");
        assertThat(verify.exitCode()).as(verify.toString()).isEqualTo(1);
        assertThat(verify.out())
                .containsPattern("(?m)^/only: blk_\\S+ is on no DataNode$")
                .contains("1 files not readable");
    }

    private void rollBack(String snapshot) throws IOException {
        cluster.stopNameNode();
        cluster.volsnap("-rollback", "-force", snapshot).orThrow();
        cluster.startNameNode();
        new Rollback(cluster).awaitWritable();
    }

    private String statusLine(DataNode dataNode) {
        return cluster.volsnap("-status")
                .out()
                .lines()
                .filter(line -> line.startsWith(name(dataNode)))
                .findFirst()
                .orElseThrow();
    }

    private static String name(DataNode dataNode) {
        return dataNode.getDatanodeId().getXferAddr();
    }

    private byte[] write(org.apache.hadoop.fs.Path path, int replication, int length) throws IOException {
        byte[] content = bytes(length);
        try (FSDataOutputStream out = cluster.fileSystem().create(path, (short) replication)) {
            out.write(content);
        }
        return content;
    }

    /** One replica, on this DataNode. */
    private byte[] writeTo(DataNode dataNode, org.apache.hadoop.fs.Path path, int length) throws IOException {
        byte[] content = bytes(length);
        InetSocketAddress[] nodes = {dataNode.getXferAddress()};
        try (FSDataOutputStream out = cluster.fileSystem()
                .create(path, FsPermission.getFileDefault(), true, 4096, (short) 1, 1 << 20, null, nodes)) {
            out.write(content);
        }
        return content;
    }

    private static byte[] bytes(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }
}
