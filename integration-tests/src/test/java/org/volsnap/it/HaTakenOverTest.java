/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockIdManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;
import org.volsnap.testing.VolsnapHaCluster;

/**
 * Everything on a NameNode that became active by a failover: the snapshot, its rollback, the undo of that, a registry
 * that was lost. Older edits it has only on the JournalNodes. DataNodes go on running.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class HaTakenOverTest {
    private static final String REGISTRY = "trusted.volsnap.registry";
    private static final Pattern TARGET = Pattern.compile("Prepared the rollback to (\\S+) of");

    private VolsnapHaCluster cluster;
    private DistributedFileSystem fileSystem;
    private HaFiles files;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        TamperedParts.reset();
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(2)
                .storageVolumes(1)
                .blockSize(HaFiles.BLOCK)
                .set("dfs.replication", "2")
                .set("dfs.namenode.accesstime.precision", "0")
                .set("dfs.datanode.volsnap.parts.class", TamperedParts.class.getName())
                .buildHa();
        fileSystem = cluster.fileSystem();
        files = new HaFiles(cluster);
    }

    @AfterEach
    void stop() {
        TamperedParts.reset();
        cluster.close();
    }

    @Test
    void itRollsBackAndTheOtherUndoesItAndTheRegistryComesBack() throws Exception {
        files.fill();
        cluster.failOver(0, 1);
        FileSystemState then = state();
        cluster.volsnap("-create", "nightly").orThrow();
        files.wreck(1);
        FileSystemState wrecked = state();
        Used used = used(1);

        rollBack(1, "-prepareRollback", "nightly");
        state().assertSameAs(then);
        assertAbove(1, used);
        failOver(1, 0);
        state().assertSameAs(then);
        assertAbove(0, used);
        assertFresh(used);

        Used usedSince = used(0);
        rollBack(0, "-undoRollback");
        state().assertSameAs(wrecked);
        assertAbove(0, usedSince);
        failOver(0, 1);
        state().assertSameAs(wrecked);
        assertAbove(1, usedSince);
        assertFresh(usedSince);

        assertRegistryComesBack(cluster.volsnap("-list").orThrow().out());
    }

    @Test
    void itTakesOverWhileDataNodesRollBack() throws Exception {
        files.fill();
        FileSystemState then = state();
        cluster.volsnap("-create", "nightly").orThrow();
        files.wreck(0);

        cluster.volsnap("-prepareRollback", "nightly").orThrow();
        TamperedParts.APPLY.shut();
        restartRolledBack(0, "nightly");
        cluster.failOver(0, 1);
        VolsnapCluster.waitFor(
                "the rollback, on the other NameNode",
                Duration.ofSeconds(60),
                () -> cluster.volsnap("-status").out().contains("running, DataNodes done: 0 of 2\nWaits for:  "));
        assertThat(cluster.nameNode(1).isInSafeMode()).isTrue();

        TamperedParts.APPLY.release();
        awaitRolledBack(1);
        state().assertSameAs(then);
        cluster.volsnap("-verify", "nightly").orThrow();
    }

    /** It is lost on one NameNode, and written again on the other. */
    private void assertRegistryComesBack(String list) throws Exception {
        fileSystem.removeXAttr(new org.apache.hadoop.fs.Path("/"), REGISTRY);
        cluster.failOver(1, 0);
        VolsnapCluster.waitFor(
                "a word about the registry",
                Duration.ofSeconds(60),
                () -> cluster.volsnap("-status").out().contains("\nRegistry: "));

        // Refused until DataNodes have told what they have seen.
        VolsnapCluster.waitFor(
                "the registry",
                Duration.ofSeconds(60),
                () -> cluster.volsnap("-restoreRegistry").exitCode() == 0);
        cluster.waitForFollowing();
        assertThat(names(cluster.volsnap("-list").orThrow().out())).isEqualTo(names(list));
        failOver(0, 1);
        assertThat(names(cluster.volsnap("-list").orThrow().out())).isEqualTo(names(list));
        cluster.volsnap("-verify", "nightly").orThrow();
        cluster.volsnap("-create", "afterwards").orThrow();
    }

    /** Ids, names, states and times. */
    private static String names(String list) {
        return list.replaceAll("(?m)(:\\d\\d) .*$", "$1");
    }

    private void failOver(int from, int to) throws Exception {
        cluster.failOver(from, to);
        files.awaitWritable(to);
    }

    /** As it is printed, on the host of the NameNode that is active. */
    private void rollBack(int active, String... prepare) throws Exception {
        String prepared = cluster.volsnap(prepare).orThrow().out();
        String target =
                TARGET.matcher(prepared).results().findFirst().orElseThrow().group(1);
        assertThat(prepared).contains("hdfs volsnap -rollback " + target + "    # on the host of nn" + active);
        restartRolledBack(active, target);
        awaitRolledBack(active);
    }

    private void restartRolledBack(int active, String target) throws Exception {
        cluster.stopNameNode(1 - active);
        cluster.stopNameNode(active);
        cluster.volsnapOn(active, "-rollback", target).orThrow();
        cluster.startNameNode(active);
        cluster.activate(active);
        assertThat(cluster.bootstrapStandby(1 - active)).isZero();
        cluster.startNameNode(1 - active);
    }

    private void awaitRolledBack(int active) throws Exception {
        files.awaitWritable(active);
        cluster.waitForDataNodes();
        cluster.waitForFollowing();
    }

    // ---- counters

    private record Used(long blockId, long stamp, long txid) {}

    private Used used(int nameNode) {
        BlockIdManager ids =
                cluster.nameNode(nameNode).getNamesystem().getBlockManager().getBlockIdManager();
        return new Used(
                ids.getLastAllocatedContiguousBlockId(),
                ids.getGenerationStamp(),
                cluster.nameNode(nameNode).getFSImage().getLastAppliedOrWrittenTxId());
    }

    private void assertAbove(int nameNode, Used before) {
        Used now = used(nameNode);
        assertThat(now.blockId()).isGreaterThan(before.blockId());
        assertThat(now.stamp()).isGreaterThan(before.stamp());
        assertThat(now.txid()).isGreaterThan(before.txid());
    }

    /** On the NameNode that is active. */
    private void assertFresh(Used before) throws Exception {
        var file = new org.apache.hadoop.fs.Path("/fresh-" + before.stamp());
        DFSTestUtil.createFile(fileSystem, file, 1000, (short) 2, 1);
        var block = DFSTestUtil.getFirstBlock(fileSystem, file);
        assertThat(block.getBlockId()).isGreaterThan(before.blockId());
        assertThat(block.getGenerationStamp()).isGreaterThan(before.stamp());
    }

    private FileSystemState state() throws Exception {
        return FileSystemState.capture(fileSystem, "/data");
    }
}
