/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Lists;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.server.balancer.Balancer;
import org.apache.hadoop.hdfs.server.blockmanagement.DatanodeDescriptor;
import org.apache.hadoop.hdfs.server.blockmanagement.DatanodeManager;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.DataNodeTestUtils;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInfo;
import org.apache.hadoop.hdfs.server.datanode.VolsnapScannerAccess;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsVolumeImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.ClusterBuilder;
import org.volsnap.testing.CommandLine;
import org.volsnap.testing.VolsnapCluster;

/**
 * Replicas that wander from DataNode to DataNode while a snapshot exists, and a rollback of what was done meanwhile.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class UpkeepTest {
    private static final String NAME = "nightly";
    private static final long DISK_BYTES = 40 << 20;
    private static final int BALANCER_RUNS = 5;

    @TempDir
    Path dir;

    /** Access times are off: reading the tree must not change it. */
    private ClusterBuilder builder() {
        return VolsnapCluster.builder(dir)
                .storageVolumes(1)
                .blockSize(256 << 10)
                .set("dfs.datanode.volsnap.chunk.size", "16k")
                .set("dfs.namenode.accesstime.precision", "0");
    }

    @Test
    void theBalancerEmptiesAFullDataNode() throws Exception {
        try (VolsnapCluster cluster = builder()
                .dataNodes(1)
                .set("dfs.balancer.getBlocks.min-block-size", "1")
                .set("dfs.balancer.getBlocks.hot-time-interval", "0")
                .build()) {
            TwoSteps files = new TwoSteps(cluster, 101);
            files.fill();
            FileSystemState then = files.state();
            cluster.volsnap("-create", NAME).orThrow();
            files.first();
            cluster.mini().startDataNodes(cluster.mini().getConfiguration(0), 1, true, null, null);
            cluster.waitActive();

            balance(cluster);
            files.second();

            assertComesBack(cluster, then);
        }
    }

    @Test
    void aDataNodeIsDecommissioned() throws Exception {
        Path excluded = Files.createFile(dir.resolve("excluded"));
        try (VolsnapCluster cluster = builder()
                .replication(2)
                .set("dfs.hosts.exclude", excluded.toString())
                .set("dfs.namenode.decommission.interval", "1")
                .build()) {
            TwoSteps files = filled(cluster, 102);
            FileSystemState then = files.state();
            cluster.volsnap("-create", NAME).orThrow();
            files.first();
            DataNode leaving = cluster.dataNodes().get(0);

            Files.writeString(excluded, leaving.getDisplayName(), StandardCharsets.UTF_8);
            dataNodes(cluster).refreshNodes(cluster.configuration());
            awaitDecommissioned(cluster);
            files.second();

            assertComesBack(cluster, then);
            awaitDecommissioned(cluster);
            files.state().assertSameAs(then);
        }
    }

    /** What was preserved on it alone is lost with it; what every replica's DataNode has preserved is not. */
    @Test
    void aDataNodeIsLostAndItsReplicasAreMadeAnew() throws Exception {
        try (VolsnapCluster cluster = builder().replication(2).build()) {
            TwoSteps files = filled(cluster, 103);
            FileSystemState then = files.state();
            cluster.volsnap("-create", NAME).orThrow();
            files.first();

            DataNode lost = cluster.dataNodes().get(2);
            cluster.mini().stopDataNode(2);
            cluster.mini().setDataNodeDead(lost.getDatanodeId());
            new Rollback(cluster).awaitRedundancy();
            files.second();

            assertComesBack(cluster, then);
        }
    }

    @Test
    void replicationGoesDownAndUp() throws Exception {
        try (VolsnapCluster cluster = builder().replication(2).build()) {
            TwoSteps files = filled(cluster, 104);
            FileSystemState then = files.state();
            cluster.volsnap("-create", NAME).orThrow();
            files.first();

            replicate(cluster, 1);
            replicate(cluster, 3);
            cluster.volsnap("-create", "between").orThrow();
            FileSystemState between = files.state();
            replicate(cluster, 1);
            files.second();
            replicate(cluster, 2);

            assertComesBack(cluster, then);
            new Rollback(cluster).toWithRunningDataNodes("between");
            new Rollback(cluster).awaitRedundancy();
            files.state().assertSameAs(between);
        }
    }

    /** The directory scanners run all the time, also while running DataNodes carry the rollback out. */
    @Test
    void scannersFindNothingButDamage() throws Exception {
        try (VolsnapCluster cluster = builder()
                .replication(2)
                .set("dfs.datanode.directoryscan.interval", "1s")
                .set("dfs.block.scanner.volume.bytes.per.second", "1073741824")
                .build()) {
            TwoSteps files = filled(cluster, 105);
            FileSystemState then = files.state();
            cluster.volsnap("-create", NAME).orThrow();
            files.first();
            ExtendedBlock rotten = DFSTestUtil.getFirstBlock(cluster.fileSystem(), TwoSteps.file("kept"));
            ExtendedBlock vanished = DFSTestUtil.getFirstBlock(cluster.fileSystem(), TwoSteps.file("appended"));

            Holders holders = new Holders(cluster);
            DataNode withRot = holders.anyOf(rotten);
            Holders.files(withRot, rotten).corruptData();
            Holders.files(holders.anyOf(vanished), vanished).deleteData();
            scan(cluster);
            VolsnapCluster.waitFor(
                    "the rotten replica's end", Duration.ofSeconds(60), () -> !Holders.holds(withRot, rotten));
            new Rollback(cluster).awaitRedundancy();
            files.second();

            cluster.volsnap("-verify", NAME).orThrow();
            new Rollback(cluster).toWithRunningDataNodes(NAME);
            new Rollback(cluster).awaitRedundancy();
            files.state().assertSameAs(then);
            cluster.restartDataNodes();
            new Rollback(cluster).awaitRedundancy();
            scan(cluster);
            new Rollback(cluster).awaitRedundancy();
            files.state().assertSameAs(then);
        }
    }

    private static TwoSteps filled(VolsnapCluster cluster, long seed) throws IOException {
        TwoSteps files = new TwoSteps(cluster, seed);
        files.fill();
        return files;
    }

    private static void assertComesBack(VolsnapCluster cluster, FileSystemState then) throws Exception {
        cluster.volsnap("-verify", NAME).orThrow();
        Rollback rollback = new Rollback(cluster);
        rollback.to(NAME);
        rollback.awaitRedundancy();
        FileSystemState.capture(cluster.fileSystem(), TwoSteps.ROOT).assertSameAs(then);
        rollback.assertHealthy();
    }

    /** Small disks, of which the first DataNode's is the only one that holds something. */
    private void balance(VolsnapCluster cluster) throws Exception {
        for (DataNode dataNode : cluster.dataNodes()) {
            for (FsVolumeSpi volume : volumes(dataNode)) {
                ((FsVolumeImpl) volume).setCapacityForTesting(DISK_BYTES);
            }
            DataNodeTestUtils.triggerHeartbeat(dataNode);
        }
        assertThat(isBalanced(cluster)).isFalse();
        // That of 3.4.2 dies after its first round (HDFS-17648): it is started again.
        for (int run = 0; run < BALANCER_RUNS && !isBalanced(cluster); run++) {
            Path directory = Files.createDirectory(dir.resolve("balancer" + run));
            CommandLine.runForked(Balancer.class, cluster.configuration(), directory, "-threshold", "1");
            cluster.waitForDeletions();
        }
        assertThat(isBalanced(cluster)).isTrue();
    }

    private static boolean isBalanced(VolsnapCluster cluster) throws IOException {
        return dfsUsed(cluster, 1) > dfsUsed(cluster, 0) / 4;
    }

    private static long dfsUsed(VolsnapCluster cluster, int dataNode) throws IOException {
        return cluster.dataNodes().get(dataNode).getFSDataset().getDfsUsed();
    }

    private static List<FsVolumeSpi> volumes(DataNode dataNode) throws IOException {
        try (FsDatasetSpi.FsVolumeReferences references =
                dataNode.getFSDataset().getFsVolumeReferences()) {
            return Lists.newArrayList(references.iterator());
        }
    }

    private static DatanodeManager dataNodes(VolsnapCluster cluster) {
        return cluster.nameNode().getNamesystem().getBlockManager().getDatanodeManager();
    }

    private static void awaitDecommissioned(VolsnapCluster cluster) throws IOException {
        DatanodeDescriptor leaving =
                dataNodes(cluster).getDatanode(cluster.dataNodes().get(0).getDatanodeId());
        VolsnapCluster.waitFor("decommissioning", Duration.ofSeconds(60), leaving::isDecommissioned);
    }

    /** Sets the replication of what is there, and waits until it is so. */
    private static void replicate(VolsnapCluster cluster, int replication) throws IOException {
        for (FileStatus file : cluster.fileSystem().listStatus(new org.apache.hadoop.fs.Path(TwoSteps.ROOT))) {
            cluster.fileSystem().setReplication(file.getPath(), (short) replication);
        }
        new Rollback(cluster).awaitRedundancy();
    }

    /**
     * Has every replica read by the volume scanners, and every directory by the directory scanners. Once in a
     * DataNode's life.
     */
    private static void scan(VolsnapCluster cluster) throws IOException {
        String pool = cluster.blockPoolId();
        for (DataNode dataNode : cluster.dataNodes()) {
            DataNodeTestUtils.runDirectoryScanner(dataNode);
            List<ReplicaInfo> replicas = dataNode.getFSDataset().getFinalizedBlocks(pool);
            for (ReplicaInfo replica : replicas) {
                ExtendedBlock block = new ExtendedBlock(pool, replica);
                VolsnapScannerAccess.scanSoon(dataNode, replica.getVolume().getStorageID(), block);
            }
            VolsnapCluster.waitFor(
                    "the volume scanner", Duration.ofSeconds(60), () -> scanned(dataNode) >= replicas.size());
        }
    }

    private static long scanned(DataNode dataNode) {
        try {
            return volumes(dataNode).stream()
                    .mapToLong(volume -> VolsnapScannerAccess.scanned(dataNode, volume.getStorageID()))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
