/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.protocol.LocatedStripedBlock;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.util.StripedBlockUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** Files that are striped over DataNodes, in groups of one block per DataNode. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ErasureCodingTest {
    private static final String XOR = "XOR-2-1-1024k";
    private static final String RS = "RS-3-2-1024k";
    private static final String ROOT = "/data";

    /** Of every policy here. */
    private static final int CELL = 1 << 20;

    private static final List<String> NAMES =
            List.of("kept", "deleted", "overwritten", "appended", "renamed", "reconstructed");

    @Test
    void xorFilesComeBackAndGoAgain(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = cluster(dir, 3, XOR)) {
            Rollback rollback = new Rollback(cluster);
            Holders holders = new Holders(cluster);
            Wreckage wreckage = new Wreckage(cluster, 81);
            fill(wreckage, 2);
            FileSystemState then = state(cluster);
            cluster.volsnap("-create", "nightly").orThrow();
            long fence = rollback.used().stamp();

            ExtendedBlock lost = internalBlocks(cluster, "reconstructed").get(1);
            holders.loseFiles(holders.anyOf(lost), lost);
            wreck(cluster, wreckage, 2);
            rollback.awaitRedundancy();
            cluster.volsnap("-verify", "nightly").orThrow();
            FileSystemState wrecked = state(cluster);
            wrecked.assertDiffersFrom(then);
            Rollback.Used used = rollback.used();

            String safety = rollback.toWithRunningDataNodes("nightly");

            state(cluster).assertSameAs(then);
            rollback.awaitRedundancy();
            rollback.assertHealthy();
            rollback.assertNoReplicaAfter(fence, used.stamp());

            rollback.to(safety);

            state(cluster).assertSameAs(wrecked);
            rollback.awaitRedundancy();
            rollback.assertHealthy();
        }
    }

    @Test
    void reedSolomonFilesComeBackAfterBlocksWereMadeAnewElsewhereAndWithoutOneDataNode(@TempDir Path dir)
            throws Exception {
        try (VolsnapCluster cluster = cluster(dir, 6, RS)) {
            Rollback rollback = new Rollback(cluster);
            Holders holders = new Holders(cluster);
            Wreckage wreckage = new Wreckage(cluster, 82);
            fill(wreckage, 3);
            FileSystemState then = state(cluster);
            cluster.volsnap("-create", "nightly").orThrow();

            holders.stop(holders.anyOf(internalBlocks(cluster, "reconstructed").get(0)));
            rollback.awaitRedundancy();
            wreck(cluster, wreckage, 3);
            cluster.startDataNodes();
            cluster.waitActive();
            rollback.awaitRedundancy();
            cluster.fileSystem().delete(file("reconstructed"), false);
            cluster.waitForDeletions();
            DataNode lost = holders.anyOf(internalBlocks(cluster, "kept").get(0));
            cluster.mini().stopDataNode(cluster.dataNodes().indexOf(lost));
            cluster.mini().setDataNodeDead(lost.getDatanodeId());
            cluster.volsnap("-verify", "nightly").orThrow();

            rollback.to("nightly");

            rollback.awaitRedundancy();
            state(cluster).assertSameAs(then);
            rollback.assertHealthy();
        }
    }

    /** A group can lose as many blocks as it has parity blocks, and no more. */
    @Test
    void verifyCountsTheBlocksThatAGroupNeeds(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = cluster(dir, 3, XOR)) {
            Wreckage wreckage = new Wreckage(cluster, 83);
            fill(wreckage, 2);
            cluster.volsnap("-create", "nightly").orThrow();
            List<ExtendedBlock> group = internalBlocks(cluster, "kept");
            Holders holders = new Holders(cluster);

            holders.stop(holders.anyOf(group.get(0)));
            CommandResult oneAway = cluster.volsnap("-verify", "nightly");
            holders.stop(holders.anyOf(group.get(1)));
            CommandResult twoAway = cluster.volsnap("-verify", "nightly");

            assertThat(oneAway.exitCode()).as(oneAway.toString()).isZero();
            assertThat(twoAway.exitCode()).as(twoAway.toString()).isEqualTo(1);
            assertThat(twoAway.out()).contains(file("kept") + ": blk_", "is on no DataNode");
        }
    }

    /** HDFS has no hflush for striped files: only whole stripes that were acknowledged are sure to be there. */
    @Test
    void aFileThatWasOpenComesBackAsAPrefix(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = cluster(dir, 3, XOR)) {
            Wreckage wreckage = new Wreckage(cluster, 84);
            byte[] written = wreckage.bytes(11 * CELL);
            FSDataOutputStream open = cluster.fileSystem().create(file("open"), true);
            open.write(written, 0, 5 * CELL);
            cluster.volsnap("-create", "nightly").orThrow();
            open.write(written, 5 * CELL, 6 * CELL);
            open.close();
            assertThat(read(cluster, "open")).isEqualTo(written);
            cluster.volsnap("-verify", "nightly").orThrow();

            Rollback rollback = new Rollback(cluster);
            rollback.to("nightly");
            rollback.awaitClosed(file("open").toString());

            byte[] now = read(cluster, "open");
            assertThat(now).hasSizeBetween(4 * CELL, 5 * CELL).isEqualTo(Arrays.copyOf(written, now.length));
            rollback.awaitRedundancy();
            rollback.assertHealthy();
        }
    }

    private static void fill(Wreckage wreckage, int dataBlocks) throws IOException {
        for (String name : NAMES) {
            wreckage.write(file(name), 2 * dataBlocks * CELL + CELL + 12_345);
        }
        wreckage.write(file("short"), 54_321);
        wreckage.write(file("empty"), 0);
    }

    private static void wreck(VolsnapCluster cluster, Wreckage wreckage, int dataBlocks) throws IOException {
        cluster.fileSystem().delete(file("deleted"), false);
        wreckage.write(file("overwritten"), dataBlocks * CELL + 1);
        appendGroup(cluster, wreckage.bytes(CELL + 77));
        appendGroup(cluster, wreckage.bytes(dataBlocks * CELL));
        cluster.fileSystem().rename(file("renamed"), file("elsewhere"));
        wreckage.write(file("new"), 3 * CELL);
        cluster.fileSystem().delete(file("short"), false);
        cluster.waitForDeletions();
    }

    /** The only way in which HDFS appends to a striped file. */
    private static void appendGroup(VolsnapCluster cluster, byte[] bytes) throws IOException {
        try (OutputStream out = cluster.fileSystem()
                .append(file("appended"), EnumSet.of(CreateFlag.APPEND, CreateFlag.NEW_BLOCK), 4096, null)) {
            out.write(bytes);
        }
    }

    private static List<ExtendedBlock> internalBlocks(VolsnapCluster cluster, String name) throws IOException {
        LocatedStripedBlock group = (LocatedStripedBlock) cluster.fileSystem()
                .getClient()
                .getLocatedBlocks(file(name).toUri().getPath(), 0)
                .get(0);
        int dataBlocks = cluster.fileSystem().getErasureCodingPolicy(file(name)).getNumDataUnits();
        int parityBlocks =
                cluster.fileSystem().getErasureCodingPolicy(file(name)).getNumParityUnits();
        return Arrays.stream(StripedBlockUtil.parseStripedBlockGroup(group, CELL, dataBlocks, parityBlocks))
                .map(block -> block.getBlock())
                .toList();
    }

    private static byte[] read(VolsnapCluster cluster, String name) throws IOException {
        return DFSTestUtil.readFileAsBytes(cluster.fileSystem(), file(name));
    }

    private static org.apache.hadoop.fs.Path file(String name) {
        return new org.apache.hadoop.fs.Path(ROOT, name);
    }

    private static FileSystemState state(VolsnapCluster cluster) throws IOException {
        return FileSystemState.capture(cluster.fileSystem(), ROOT);
    }

    private static VolsnapCluster cluster(Path dir, int dataNodes, String policy) throws IOException {
        VolsnapCluster cluster = VolsnapCluster.builder(dir)
                .dataNodes(dataNodes)
                .storageVolumes(1)
                .set("dfs.namenode.accesstime.precision", "0")
                .build();
        cluster.fileSystem().enableErasureCodingPolicy(policy);
        cluster.fileSystem().mkdirs(new org.apache.hadoop.fs.Path(ROOT));
        cluster.fileSystem().setErasureCodingPolicy(new org.apache.hadoop.fs.Path(ROOT), policy);
        return cluster;
    }
}
