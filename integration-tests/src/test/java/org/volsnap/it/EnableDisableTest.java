/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.it.Rollback.assertRefused;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.ClusterBuilder;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;
import org.volsnap.testing.WrittenFile;

/** volsnap is enabled on a cluster that works, daemon by daemon; is taken away; and comes back. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class EnableDisableTest {
    private static final int DATANODES = 3;
    private static final int BLOCK = 1 << 16;
    private static final org.apache.hadoop.fs.Path KEPT = new org.apache.hadoop.fs.Path("/data/kept");
    private static final org.apache.hadoop.fs.Path APPENDED = new org.apache.hadoop.fs.Path("/data/appended");
    private static final org.apache.hadoop.fs.Path DELETED = new org.apache.hadoop.fs.Path("/data/deleted");
    private static final org.apache.hadoop.fs.Path RESTORED = new org.apache.hadoop.fs.Path("/data/restored");

    @TempDir
    Path dir;

    // ---- enable

    @Test
    void oneDaemonAfterTheOtherTheNameNodeFirst() throws Exception {
        try (VolsnapCluster cluster = working(false).build()) {
            Work work = new Work(cluster);
            cluster.restartNameNode(true);
            work.goesOn();
            assertThat(cluster.volsnap("-status").out())
                    .doesNotContain("FOLLOWING")
                    .contains("NO_PLUGIN");
            for (int i = 0; i < DATANODES; i++) {
                assertRefused(cluster.volsnap("-create", "early"), 2, "is volsnap enabled there?");
                cluster.restartDataNode(0, true);
                work.goesOn();
            }
            work.assertProtectedFromNowOn();
        }
    }

    @Test
    void oneDaemonAfterTheOtherTheDataNodesFirst() throws Exception {
        try (VolsnapCluster cluster = working(false).build()) {
            Work work = new Work(cluster);
            for (int i = 0; i < DATANODES; i++) {
                cluster.restartDataNode(0, true);
                work.goesOn();
            }
            assertThat(cluster.volsnap("-status").exitCode()).isEqualTo(2);
            cluster.restartNameNode(true);
            work.goesOn();
            work.assertProtectedFromNowOn();
        }
    }

    private ClusterBuilder working(boolean plugin) {
        return VolsnapCluster.builder(dir)
                .dataNodes(DATANODES)
                .storageVolumes(1)
                .blockSize(BLOCK)
                .plugin(plugin)
                .set("dfs.namenode.accesstime.precision", "0")
                .set("dfs.namenode.volsnap.create.timeout", "5s")
                // A pipeline goes on with what is left of it, instead of looking for a DataNode that is not there.
                .set("dfs.client.block.write.replace-datanode-on-failure.policy", "NEVER");
    }

    /** A file is being written and read all the time, another one is left alone and one deleted in each step. */
    private static final class Work {
        private final VolsnapCluster cluster;
        private final Wreckage wreckage;
        private final WrittenFile written;
        private final FSDataInputStream reader;
        private int steps;

        Work(VolsnapCluster cluster) throws IOException {
            this.cluster = cluster;
            wreckage = new Wreckage(cluster, 71);
            wreckage.write(KEPT, 400_000);
            written = new WrittenFile(cluster.fileSystem(), "/written", 72);
            write();
            reader = cluster.fileSystem().open(KEPT);
        }

        private void write() throws IOException {
            written.write(BLOCK + 10_000);
            written.flush();
        }

        void goesOn() throws IOException {
            write();
            assertThat(reader.read(steps * 1000L, new byte[1000], 0, 1000)).isPositive();
            org.apache.hadoop.fs.Path passing = new org.apache.hadoop.fs.Path("/passing" + steps);
            wreckage.write(passing, 100_000);
            wreckage.append(passing, 10);
            cluster.fileSystem().delete(passing, false);
            steps++;
        }

        /** What existed before the plugin is in the first snapshot as well. */
        void assertProtectedFromNowOn() throws Exception {
            cluster.waitForFollowing();
            cluster.volsnap("-create", "first").orThrow();
            FileSystemState then = FileSystemState.capture(
                    cluster.fileSystem(), KEPT.getParent().toString());
            long length = written.flushed();
            write();
            written.close();
            reader.close();
            wreckage.append(KEPT, 5_000);
            cluster.fileSystem().delete(KEPT, false);
            cluster.waitForDeletions();
            cluster.volsnap("-verify", "first").orThrow();

            new Rollback(cluster).toWithRunningDataNodes("first");

            FileSystemState.capture(cluster.fileSystem(), KEPT.getParent().toString())
                    .assertSameAs(then);
            new Rollback(cluster).awaitClosed(written.path());
            assertThat(written.readAndCompare()).isEqualTo(length);
        }
    }

    // ---- disable

    @Test
    void stockHdfsStartsWithoutItAndWhatItChangesIsLostAndNothingElse() throws Exception {
        FileSystemState live;
        try (VolsnapCluster cluster = small(true).build()) {
            Wreckage wreckage = new Wreckage(cluster, 73);
            for (var path : List.of(KEPT, APPENDED, DELETED, RESTORED)) {
                wreckage.write(path, 300_000);
            }
            cluster.volsnap("-create", "s").orThrow();
            wreckage.append(RESTORED, 20_000);
            cluster.volsnap("-create", "t").orThrow();
            live = FileSystemState.capture(cluster.fileSystem(), "/data");
        }
        try (VolsnapCluster stock = small(false).format(false).build()) {
            stock.waitActive();
            FileSystemState.capture(stock.fileSystem(), "/data").assertSameAs(live);
            new Rollback(stock).assertHealthy();
            assertThat(stock.volsnap("-list").exitCode()).isEqualTo(2);
            new Wreckage(stock, 74).append(APPENDED, 10);
            deleteNow(stock, DELETED);
            live = FileSystemState.capture(stock.fileSystem(), "/data");
        }
        try (VolsnapCluster cluster = small(true).format(false).build()) {
            cluster.waitActive();
            cluster.waitForFollowing();

            FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(live);
            assertThat(cluster.volsnap("-list").orThrow().out()).containsPattern("(?m) s +.*\n.* t +");
            for (String name : List.of("s", "t")) {
                CommandResult verify = cluster.volsnap("-verify", name);
                assertThat(verify.exitCode()).as(verify.toString()).isEqualTo(1);
                assertThat(verify.out())
                        .contains(APPENDED + ": ", DELETED + ": ", "2 files not readable")
                        .doesNotContain(KEPT + ": ", RESTORED + ": ");
            }
        }
    }

    /** Both DataNodes lose and get it together: no replica can stand in for one that stock HDFS has changed. */
    private ClusterBuilder small(boolean plugin) {
        return VolsnapCluster.builder(dir)
                .dataNodes(2)
                .storageVolumes(1)
                .plugin(plugin)
                .set("dfs.namenode.accesstime.precision", "0")
                .set("dfs.replication", "2");
    }

    private static void deleteNow(VolsnapCluster cluster, org.apache.hadoop.fs.Path file) throws IOException {
        ExtendedBlock block = DFSTestUtil.getFirstBlock(cluster.fileSystem(), file);
        cluster.fileSystem().delete(file, false);
        for (DataNode dataNode : cluster.dataNodes()) {
            VolsnapCluster.waitFor(
                    "the end of " + block,
                    Duration.ofSeconds(60),
                    () -> !dataNode.getFSDataset().contains(block));
        }
        cluster.waitForDeletions();
    }
}
