/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.volsnap.it.Rollback.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.fs.XAttrSetFlag;
import org.apache.hadoop.hdfs.MiniDFSCluster.DataNodeProperties;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.RollingUpgradeAction;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.StartupOption;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.testing.VolsnapCluster;

/** An upgrade of HDFS that begins while there is a snapshot, and ends one way or the other; a format. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class UpgradesTest {
    private static final String NAME = "nightly";
    private static final String REASON = "an upgrade of HDFS is not finalized";
    private static final String REGISTRY = "trusted.volsnap.registry";

    private VolsnapCluster cluster;
    private Wreckage wreckage;
    private Rollback rollback;
    private FileSystemState then;

    @BeforeEach
    void start(@TempDir Path dir) throws IOException {
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(2)
                .replication(2)
                .storageVolumes(1)
                .set("dfs.namenode.accesstime.precision", "0")
                .build();
        wreckage = new Wreckage(cluster, 131);
        rollback = new Rollback(cluster);
        wreckage.fill();
        then = FileSystemState.capture(cluster.fileSystem(), "/data");
        cluster.volsnap("-create", NAME).orThrow();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void aRollingUpgradeThatIsFinalizedLeavesTheSnapshotAsItWas() throws Exception {
        prepareRollingUpgrade();
        assertNothingCanBeChanged();
        wreckage.wreck();
        cluster.volsnap("-verify", NAME).orThrow();

        cluster.fileSystem().rollingUpgrade(RollingUpgradeAction.FINALIZE);
        awaitTrash(false);

        assertRollsBack();
    }

    /** Hadoop's own way back: the NameNode's image of before, and what DataNodes have in their trash. */
    @Test
    void aRollingUpgradeThatIsRolledBackLeavesTheSnapshotAsItWas() throws Exception {
        prepareRollingUpgrade();
        wreckage.wreck();

        List<DataNodeProperties> stopped = stopDataNodes();
        cluster.mini().restartNameNode(0, false, "-rollingUpgrade", "rollback");
        startDataNodes(stopped, "-rollback");
        goOn();

        assertRollsBack();
    }

    @Test
    void anUpgradeThatIsFinalizedLeavesTheSnapshotAsItWas() throws Exception {
        upgrade();
        assertNothingCanBeChanged();
        wreckage.wreck();
        cluster.volsnap("-verify", NAME).orThrow();

        cluster.fileSystem().finalizeUpgrade();
        assertRefused(cluster.volsnap("-create", "early"), 2, "no checkpoint was made since");
        checkpoint();
        cluster.volsnap("-create", "later").orThrow();
        cluster.volsnap("-verify", "later").orThrow();
        cluster.volsnap("-delete", "later").orThrow();
        cluster.waitForFollowing();

        assertRollsBack();
    }

    /**
     * Once the upgrade is finalized, Hadoop does not load truncates any more that were made before
     * (FSDirTruncateOp.shouldCopyOnTruncate): its own NameNode would not start either.
     */
    private void checkpoint() throws IOException {
        cluster.fileSystem().setSafeMode(SafeModeAction.ENTER);
        cluster.fileSystem().saveNamespace();
        cluster.fileSystem().setSafeMode(SafeModeAction.LEAVE);
    }

    /** DataNodes have hard links of what they had before it. */
    @Test
    void anUpgradeThatIsRolledBackLeavesTheSnapshotAsItWas() throws Exception {
        upgrade();
        wreckage.wreck();
        cluster.stopNameNode();
        assertRefused(cluster.volsnap("-rollback", NAME), 2, REASON);

        List<DataNodeProperties> stopped = stopDataNodes();
        NameNode.doRollback(cluster.mini().getConfiguration(0), false);
        cluster.startNameNode();
        startDataNodes(stopped, "-rollback");
        goOn();

        assertRollsBack();
    }

    @Test
    void aSnapshotOfAnotherLayoutIsNotRolledBackToAndABlockPoolOfASnapshotIsNotDeleted() throws Exception {
        var root = new org.apache.hadoop.fs.Path("/");
        RegistryProto registry = RegistryProto.parseFrom(cluster.fileSystem().getXAttr(root, REGISTRY));
        RegistryProto.Builder older = registry.toBuilder().setVersion(registry.getVersion() + 1);
        int layout = older.getSnapshots(0).getLayoutVersion();
        older.getSnapshotsBuilder(0).setLayoutVersion(layout + 1);
        cluster.fileSystem().setXAttr(root, REGISTRY, older.build().toByteArray(), EnumSet.of(XAttrSetFlag.REPLACE));
        cluster.restartNameNode();
        cluster.waitForFollowing();

        assertRefused(
                cluster.volsnap("-prepareRollback", NAME),
                2,
                "was taken under layout version " + (layout + 1) + ", HDFS now has " + layout);
        assertThat(cluster.nameNode().isInSafeMode()).isFalse();

        wreckage.wreck();
        DataNode dataNode = cluster.dataNodes().get(0);
        assertThatThrownBy(() -> dataNode.getFSDataset().deleteBlockPool(cluster.blockPoolId(), false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("snapshots need what is in")
                .hasMessageContaining("or use force");
    }

    @Test
    void aNewBlockPoolTakesNothingOfTheOldOneForItsOwn() throws Exception {
        String old = cluster.blockPoolId();
        Path store = cluster.storageVolumes(0).get(0).resolve("volsnap").resolve(old);
        List<DataNodeProperties> stopped = stopDataNodes();
        cluster.stopNameNode();
        StartupOption.FORMAT.setClusterId("volsnap-testing");
        NameNode.format(cluster.mini().getConfiguration(0));
        cluster.startNameNode();
        startDataNodes(stopped);
        cluster.waitActive();
        cluster.waitForFollowing();

        assertThat(cluster.blockPoolId()).isNotEqualTo(old);
        assertThat(cluster.volsnap("-list").out()).contains("There are no volume snapshots");
        assertRefused(cluster.volsnap("-create", NAME), 2, "1-" + NAME + " is there already");
        cluster.volsnap("-create", NAME).orThrow();
        cluster.volsnap("-verify", NAME).orThrow();
        assertThat(store).isDirectory();
    }

    // ---- upgrades

    /** Outside of HA, in safe mode. */
    private void prepareRollingUpgrade() throws IOException {
        cluster.fileSystem().setSafeMode(SafeModeAction.ENTER);
        cluster.fileSystem().rollingUpgrade(RollingUpgradeAction.PREPARE);
        cluster.fileSystem().setSafeMode(SafeModeAction.LEAVE);
        awaitTrash(true);
    }

    /** DataNodes hear of a rolling upgrade with their heartbeats. */
    private void awaitTrash(boolean enabled) {
        VolsnapCluster.waitFor(
                "trash " + (enabled ? "on" : "off"),
                Duration.ofSeconds(60),
                () -> cluster.dataNodes().stream()
                        .allMatch(node -> node.getFSDataset().trashEnabled(cluster.blockPoolId()) == enabled));
    }

    private void upgrade() throws IOException {
        List<DataNodeProperties> stopped = stopDataNodes();
        cluster.mini().restartNameNode(0, false, "-upgrade");
        startDataNodes(stopped);
        cluster.waitActive();
        cluster.waitForFollowing();
        assertThat(cluster.nameDirs().get(0).resolve("previous")).isDirectory();
        assertThat(cluster.storageVolumes(0).get(0).resolve("current").resolve(cluster.blockPoolId()))
                .isDirectoryContaining(path -> path.endsWith("previous"));
    }

    private List<DataNodeProperties> stopDataNodes() {
        List<DataNodeProperties> stopped = new ArrayList<>();
        while (!cluster.dataNodes().isEmpty()) {
            stopped.add(cluster.mini().stopDataNode(0));
        }
        return stopped;
    }

    private void startDataNodes(List<DataNodeProperties> stopped, String... args) throws IOException {
        for (DataNodeProperties each : stopped) {
            each.setDnArgs(args);
            cluster.mini().restartDataNode(each, true);
            each.setDnArgs();
        }
    }

    /** Replicas that were changed meanwhile have stamps that the NameNode of before has not given out: safe mode is held. */
    private void goOn() throws IOException {
        cluster.mini().waitActive();
        cluster.waitForFollowing();
        cluster.fileSystem().setSafeMode(SafeModeAction.FORCE_EXIT);
        cluster.waitWritable();
    }

    // ---- what must hold

    private void assertNothingCanBeChanged() throws IOException {
        assertRefused(cluster.volsnap("-create", "other"), 2, REASON);
        assertRefused(cluster.volsnap("-prepareRollback", NAME), 2, REASON);
        assertRefused(cluster.volsnap("-delete", NAME), 2, REASON);
        assertThat(cluster.volsnap("-list").orThrow().out()).contains(NAME).doesNotContain("before-rollback");
    }

    private void assertRollsBack() throws Exception {
        cluster.volsnap("-verify", NAME).orThrow();
        assertThat(cluster.volsnap("-list").out()).containsPattern(NAME + " +ACTIVE");
        rollback.toWithRunningDataNodes(NAME);
        FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(then);
        rollback.assertHealthy();
        try (var kept = Files.list(cluster.baseDir().resolve("volsnap-namespace"))) {
            assertThat(kept).hasSize(2);
        }
    }
}
