/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.it.Rollback.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.XAttrSetFlag;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/**
 * A superuser takes the registry away or puts another one in its place: it is said, nothing is dropped, and it comes
 * back.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LostRegistryTest {
    private static final String REGISTRY = "trusted.volsnap.registry";
    private static final String REMEDY = "'hdfs volsnap -restoreRegistry'";
    private static final org.apache.hadoop.fs.Path ROOT = new org.apache.hadoop.fs.Path("/");
    private static final org.apache.hadoop.fs.Path PRESERVED = new org.apache.hadoop.fs.Path("/data/preserved");
    private static final org.apache.hadoop.fs.Path LIVE = new org.apache.hadoop.fs.Path("/data/live");

    private VolsnapCluster cluster;
    private Wreckage wreckage;

    /** What is in the registry's place. */
    enum Replacement {
        NOTHING,
        JUNK,
        OLDER,
        FOREIGN
    }

    @BeforeEach
    void start(@TempDir Path dir) throws IOException {
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(2)
                .storageVolumes(1)
                .set("dfs.namenode.accesstime.precision", "0")
                .set("dfs.namenode.fs-limits.max-xattr-size", "600")
                .set("dfs.namenode.volsnap.create.timeout", "20s")
                .build();
        wreckage = new Wreckage(cluster, 81);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @ParameterizedTest
    @EnumSource(Replacement.class)
    void whatIsReplacedUnderARunningNameNodeIsNamedAndWrittenAgain(Replacement replacement) throws Exception {
        snapshot();
        replace(replacement);

        awaitNamed();
        assertRefused(cluster.volsnap("-create", "other"), 2, REMEDY);
        assertRefused(cluster.volsnap("-delete", "s"), 2, REMEDY);
        assertRefused(cluster.volsnap("-prepareRollback", "s"), 2, REMEDY);
        wreckage.append(LIVE, 1000);
        assertThat(cluster.volsnap("-list").out()).containsPattern(" s +ACTIVE");

        assertRestored();
    }

    @ParameterizedTest
    @EnumSource(
            value = Replacement.class,
            names = {"NOTHING", "OLDER"})
    void whatIsReplacedWhileEverythingIsDownComesBackFromTheDataNodes(Replacement replacement) throws Exception {
        FileSystemState then = snapshot();
        ExtendedBlock block = DFSTestUtil.getFirstBlock(cluster.fileSystem(), LIVE);
        replace(replacement);
        cluster.stopDataNodes();
        cluster.stopNameNode();
        cluster.startNameNode();
        cluster.startDataNodes();
        cluster.waitActive();

        awaitNamed();
        assertThat(cluster.volsnap("-list").out()).doesNotContainPattern(" s +ACTIVE");
        assertRefused(cluster.volsnap("-create", "other"), 2, REMEDY);
        wreckage.append(LIVE, 1000);
        assertThat(FileSystemState.capture(cluster.fileSystem(), "/data").fileCount())
                .isEqualTo(1);
        cluster.fileSystem().delete(LIVE, false);

        assertRestored();
        VolsnapCluster.waitFor(
                "the deletion that was held",
                Duration.ofSeconds(60),
                () -> cluster.dataNodes().stream()
                        .noneMatch(node -> node.getFSDataset().contains(block)));
        assertRollsBackTo(then);
    }

    @Test
    void aFullRegistryTakesNoMoreSnapshotsAndLeavesNothingHalfMade() throws Exception {
        wreckage.write(LIVE, 1000);
        int count = 0;
        CommandResult last = cluster.volsnap("-create", "snapshot-0");
        while (last.exitCode() == 0) {
            count++;
            last = cluster.volsnap("-create", "snapshot-" + count);
        }

        assertRefused(last, 2, "dfs.namenode.fs-limits.max-xattr-size=600");
        assertThat(last.err()).contains("delete snapshots or raise that key");
        assertThat(count).isPositive();
        assertThat(cluster.volsnap("-list").out())
                .doesNotContain("snapshot-" + count, "CREATING", "MARKED")
                .contains("snapshot-" + (count - 1));
        try (var kept = Files.list(cluster.baseDir().resolve("volsnap-namespace"))) {
            assertThat(kept).hasSize(count);
        }
        cluster.volsnap("-delete", "snapshot-0").orThrow();
        VolsnapCluster.waitFor(
                "room",
                Duration.ofSeconds(60),
                () -> cluster.volsnap("-create", "again").exitCode() == 0);
        cluster.volsnap("-verify", "again").orThrow();
    }

    private FileSystemState snapshot() throws IOException {
        wreckage.write(PRESERVED, 300_000);
        wreckage.write(LIVE, 200_000);
        FileSystemState then = FileSystemState.capture(cluster.fileSystem(), "/data");
        cluster.volsnap("-create", "s").orThrow();
        cluster.fileSystem().delete(PRESERVED, false);
        wreckage.append(LIVE, 10);
        cluster.waitForDeletions();
        return then;
    }

    private void replace(Replacement replacement) throws IOException {
        RegistryProto now = RegistryProto.parseFrom(cluster.fileSystem().getXAttr(ROOT, REGISTRY));
        switch (replacement) {
            case NOTHING -> cluster.fileSystem().removeXAttr(ROOT, REGISTRY);
            case JUNK -> put("not a registry".getBytes(UTF_8));
            case FOREIGN ->
                put(now.toBuilder().setBlockPoolId("BP-1-10.0.0.1-1").build().toByteArray());
            case OLDER ->
                put(now.toBuilder()
                        .clearSnapshots()
                        .setVersion(now.getVersion() - 1)
                        .build()
                        .toByteArray());
        }
    }

    private void put(byte[] value) throws IOException {
        cluster.fileSystem().setXAttr(ROOT, REGISTRY, value, EnumSet.of(XAttrSetFlag.CREATE, XAttrSetFlag.REPLACE));
    }

    private void awaitNamed() {
        VolsnapCluster.waitFor(
                "a word about the registry",
                Duration.ofSeconds(60),
                () -> cluster.volsnap("-status")
                        .out()
                        .lines()
                        .anyMatch(line -> line.startsWith("Registry: ") && line.contains(REMEDY)));
    }

    private void assertRestored() throws Exception {
        assertThat(cluster.volsnap("-restoreRegistry").orThrow().out()).contains(": 1 volume snapshots");
        assertThat(cluster.volsnap("-status").out()).doesNotContain("Registry: ");
        assertRefused(cluster.volsnap("-restoreRegistry"), 2, "is whole");
        cluster.waitForFollowing();
        cluster.volsnap("-verify", "s").orThrow();
    }

    private void assertRollsBackTo(FileSystemState then) throws IOException {
        new Rollback(cluster).toWithRunningDataNodes("s");
        FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(then);
        cluster.volsnap("-delete", "s").orThrow();
    }
}
