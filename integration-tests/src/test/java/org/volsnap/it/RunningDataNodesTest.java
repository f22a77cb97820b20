/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.ReplicaState;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.DataNodeTestUtils;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.ClusterBuilder;
import org.volsnap.testing.VolsnapCluster;

/** Rollbacks for which only the NameNode is stopped and started: DataNodes leave the nameservice and join it again. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RunningDataNodesTest {
    @TempDir
    Path dir;

    /** Access times are off: reading the tree must not change it. */
    private ClusterBuilder builder() {
        return VolsnapCluster.builder(dir).set("dfs.namenode.accesstime.precision", "0");
    }

    @Test
    void everyKindOfLossComesBackAndGoesAgain() throws Exception {
        try (VolsnapCluster cluster = builder().build()) {
            Rollback rollback = new Rollback(cluster);
            Wreckage wreckage = new Wreckage(cluster, 1);
            wreckage.fill();
            FileSystemState then = FileSystemState.capture(cluster.fileSystem(), "/data");
            FSDataOutputStream open = wreckage.open("/open/file", 123_456);
            cluster.volsnap("-create", "nightly").orThrow();
            long fence = rollback.used().stamp();
            open.write(wreckage.bytes(5_000));
            open.hflush();
            wreckage.wreck();
            FileSystemState wrecked = FileSystemState.capture(cluster.fileSystem(), "/data");
            Rollback.Used used = rollback.used();
            List<DataNode> dataNodes = List.copyOf(cluster.dataNodes());

            String safety = rollback.toWithRunningDataNodes("nightly");

            rollback.awaitClosed("/open/file");
            FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(then);
            rollback.assertHealthy();
            rollback.assertNoReplicaAfter(fence, used.stamp());
            rollback.assertFreshIds(used);

            rollback.toWithRunningDataNodes(safety);

            FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(wrecked);
            rollback.assertHealthy();
            assertThat(cluster.dataNodes()).isEqualTo(dataNodes);
        }
    }

    @Test
    void readersNeverSeeOtherBytesThanBeforeOrAfter() throws Exception {
        try (VolsnapCluster cluster = builder().build()) {
            Wreckage wreckage = new Wreckage(cluster, 2);
            var kept = new org.apache.hadoop.fs.Path("/kept");
            var changed = new org.apache.hadoop.fs.Path("/changed");
            wreckage.write(kept, 2 * Wreckage.BLOCK + 77);
            wreckage.write(changed, 900_000);
            byte[] keptBytes = DFSTestUtil.readFileAsBytes(cluster.fileSystem(), kept);
            byte[] then = DFSTestUtil.readFileAsBytes(cluster.fileSystem(), changed);
            cluster.volsnap("-create", "s").orThrow();
            wreckage.truncate(changed, 400_000);
            wreckage.append(changed, 500_000);
            byte[] now = DFSTestUtil.readFileAsBytes(cluster.fileSystem(), changed);

            try (BusyReader ofKept = BusyReader.holdingOpen(cluster.configuration(), kept, keptBytes);
                    BusyReader ofChanged = BusyReader.openingAnew(cluster.configuration(), changed, now, then)) {
                new Rollback(cluster).toWithRunningDataNodes("s");
                ofKept.awaitReads(100);
                ofChanged.awaitReads(100);

                assertThat(ofKept.wrong()).isEmpty();
                assertThat(ofChanged.wrong()).isEmpty();
            }
            assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), changed))
                    .isEqualTo(then);
        }
    }

    /** It was dead to the NameNode when the rollback was prepared, and a block was finalized there while no NameNode ran. */
    @Test
    void aDataNodeThatWasNeverToldFollowsWhenItIsBack() throws Exception {
        TamperedParts.reset();
        try (VolsnapCluster cluster = builder()
                .dataNodes(2)
                .set("dfs.datanode.volsnap.parts.class", TamperedParts.class.getName())
                .build()) {
            DataNode cutOff = cluster.dataNodes().get(0);
            Wreckage wreckage = new Wreckage(cluster, 3);
            var file = new org.apache.hadoop.fs.Path("/pinned");
            FSDataOutputStream open = pinned(cluster, file, cutOff);
            byte[] then = wreckage.bytes(300_000);
            open.write(then);
            open.hsync();
            ExtendedBlock block = DFSTestUtil.getFirstBlock(cluster.fileSystem(), file);
            cluster.volsnap("-create", "s").orThrow();
            open.write(wreckage.bytes(5_000));
            open.hflush();

            cutOff(cluster, cutOff);
            cluster.volsnap("-prepareRollback", "-force", "s").orThrow();
            cluster.stopNameNode();
            byte[] rest = wreckage.bytes(Wreckage.BLOCK - then.length - 5_000 + 1);
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(open, rest));
            FsDatasetSpi<?> dataset = cutOff.getFSDataset();
            VolsnapCluster.waitFor(
                    "the full block",
                    Duration.ofSeconds(30),
                    () -> dataset.getReplica(block.getBlockPoolId(), block.getBlockId())
                            .getState()
                            .equals(ReplicaState.FINALIZED));
            cluster.volsnap("-rollback", "-force", "s").orThrow();
            cluster.startNameNode();
            comeBack(cutOff);

            Rollback rollback = new Rollback(cluster);
            rollback.awaitWritable();
            rollback.awaitClosed(file.toString());
            assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), file)).isEqualTo(then);
            rollback.assertHealthy();
            assertThat(writing).failsWithin(Duration.ofSeconds(90));
        } finally {
            TamperedParts.reset();
        }
    }

    private static FSDataOutputStream pinned(VolsnapCluster cluster, org.apache.hadoop.fs.Path file, DataNode to)
            throws IOException {
        return cluster.fileSystem()
                .create(
                        file,
                        FsPermission.getFileDefault(),
                        true,
                        4096,
                        (short) 1,
                        Wreckage.BLOCK,
                        null,
                        new InetSocketAddress[] {to.getXferAddress()});
    }

    private static void write(FSDataOutputStream open, byte[] bytes) {
        try {
            open.write(bytes);
            open.hflush();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void cutOff(VolsnapCluster cluster, DataNode dataNode) throws Exception {
        TamperedParts.CUT_OFF.add(dataNode);
        DataNodeTestUtils.setHeartbeatsDisabledForTests(dataNode, true);
        DataNodeTestUtils.pauseIBR(dataNode);
        cluster.mini().setDataNodeDead(dataNode.getDatanodeId());
    }

    private static void comeBack(DataNode dataNode) {
        TamperedParts.CUT_OFF.clear();
        DataNodeTestUtils.resumeIBR(dataNode);
        DataNodeTestUtils.setHeartbeatsDisabledForTests(dataNode, false);
    }
}
