/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockIdManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;
import org.volsnap.testing.VolsnapHaCluster;

/** The rollback of an HA cluster, line by line as docs/operations.md has it. */
class HaRollbackTest {
    @TempDir
    Path dir;

    @Test
    void bothNameNodesComeBackToTheSnapshot() throws Exception {
        try (VolsnapHaCluster cluster = VolsnapCluster.builder(dir)
                .dataNodes(2)
                .storageVolumes(1)
                .blockSize(HaFiles.BLOCK)
                .set("dfs.replication", "2")
                .set("dfs.namenode.accesstime.precision", "0")
                .buildHa()) {
            DistributedFileSystem fileSystem = cluster.fileSystem();
            HaFiles files = new HaFiles(cluster);
            files.fill();
            cluster.failOver(0, 1);
            DFSTestUtil.createFile(fileSystem, HaFiles.path("later"), 100_000, (short) 2, 9);
            FileSystemState then = FileSystemState.capture(fileSystem, "/data");
            cluster.volsnap("-create", "nightly").orThrow();
            files.awaitCopiesElsewhere("nightly");
            files.wreck(1);
            cluster.failOver(1, 0);
            FileSystemState.capture(fileSystem, "/data").assertDiffersFrom(then);
            BlockIdManager ids = ids(cluster, 0);
            long blockId = ids.getLastAllocatedContiguousBlockId();
            long stamp = ids.getGenerationStamp();
            long txid = cluster.nameNode(0).getFSImage().getLastAppliedOrWrittenTxId();

            prepareAndRollBack(cluster);
            restart(cluster);

            FileSystemState.capture(fileSystem, "/data").assertSameAs(then);
            assertAbove(cluster, 0, blockId, stamp, txid);

            cluster.failOver(0, 1);
            VolsnapCluster.waitFor(
                    "writes", Duration.ofSeconds(60), () -> !cluster.nameNode(1).isInSafeMode());
            FileSystemState.capture(fileSystem, "/data").assertSameAs(then);
            assertAbove(cluster, 1, blockId, stamp, txid);
            assertKnowsBoth(cluster);
            DFSTestUtil.createFile(fileSystem, HaFiles.path("fresh"), 1000, (short) 2, 1);
            assertThat(DFSTestUtil.getFirstBlock(fileSystem, HaFiles.path("fresh"))
                            .getGenerationStamp())
                    .isGreaterThan(stamp);
            cluster.volsnap("-verify", "nightly").orThrow();
        }
    }

    /** The safety snapshot is kept by the NameNode that is active at -prepareRollback: the rollback is typed there. */
    private static void prepareAndRollBack(VolsnapHaCluster cluster) {
        DryRunText said = new DryRunText(cluster.volsnap("-prepareRollback", "-dryRun", "nightly")
                .orThrow()
                .out());
        CommandResult prepared = cluster.volsnap("-prepareRollback", "nightly").orThrow();
        assertThat(prepared.out().lines().map(String::strip))
                .containsSubsequence(
                        "hdfs --daemon stop namenode    # on every NameNode's host",
                        "hdfs volsnap -rollback nightly    # on the host of nn0",
                        "hdfs haadmin -transitionToActive --forceactive nn0",
                        "hdfs namenode -bootstrapStandby -force    # on the host of nn1");
        cluster.stopNameNode(0);
        CommandResult refused = cluster.volsnapOn(0, "-rollback", "nightly");
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.err()).contains("NameNode nn1 runs at");
        cluster.stopNameNode(1);
        cluster.stopDataNodes();
        DryRunText saidOffline = new DryRunText(cluster.volsnapOn(0, "-rollback", "-dryRun", "nightly")
                .orThrow()
                .out());
        assertThat(saidOffline.differences()).isEqualTo(said.differences()).contains("Come back:");
        cluster.volsnapOn(0, "-rollback", "nightly").orThrow();
        // Once more, as after a kill: it finds that all is done.
        cluster.volsnapOn(0, "-rollback", "nightly").orThrow();
    }

    private static void restart(VolsnapHaCluster cluster) throws Exception {
        cluster.startNameNode(0);
        cluster.activate(0);
        cluster.startDataNodes();
        assertThat(cluster.bootstrapStandby(1)).isZero();
        cluster.startNameNode(1);
        VolsnapCluster.waitFor(
                "the end of safe mode",
                Duration.ofSeconds(120),
                () -> !cluster.nameNode(0).isInSafeMode());
        cluster.waitForDataNodes();
    }

    private static BlockIdManager ids(VolsnapHaCluster cluster, int nameNode) {
        return cluster.nameNode(nameNode).getNamesystem().getBlockManager().getBlockIdManager();
    }

    private static void assertAbove(VolsnapHaCluster cluster, int nameNode, long blockId, long stamp, long txid) {
        BlockIdManager ids = ids(cluster, nameNode);
        assertThat(ids.getLastAllocatedContiguousBlockId()).isGreaterThan(blockId);
        assertThat(ids.getGenerationStamp()).isGreaterThan(stamp);
        assertThat(cluster.nameNode(nameNode).getFSImage().getLastAppliedOrWrittenTxId())
                .isGreaterThan(txid);
    }

    private static void assertKnowsBoth(VolsnapHaCluster cluster) {
        String list = cluster.volsnap("-list").orThrow().out();
        assertThat(Stream.of("nightly", "before-rollback-nightly")).allMatch(list::contains);
        VolsnapCluster.waitFor(
                "copies of the safety snapshot",
                Duration.ofSeconds(60),
                () -> list.lines()
                        .filter(line -> line.contains("before-rollback"))
                        .map(line -> line.replaceFirst(".*(before-rollback\\S*).*", "$1"))
                        .allMatch(name ->
                                cluster.volsnap("-status", name).orThrow().out().contains(" on other NameNodes")));
    }
}
