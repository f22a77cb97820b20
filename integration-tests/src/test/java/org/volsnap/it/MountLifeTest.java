/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/** Mounts come, outlive what happens to DataNodes, and go without a trace. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MountLifeTest {
    private static final org.apache.hadoop.fs.Path FILE = new org.apache.hadoop.fs.Path("/file");
    private static final int LENGTH = 1_300_001;
    private static final Duration SOON = Duration.ofSeconds(60);

    private VolsnapCluster cluster;

    @BeforeEach
    void start(@TempDir Path dir) throws IOException {
        cluster = VolsnapCluster.builder(dir).dataNodes(2).replication(1).build();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void severalAreServedUntilEachIsUnmountedAndDataNodesJoinThemAgain() throws Exception {
        byte[] first = overwrite(1);
        cluster.volsnap("-create", "first").orThrow();
        byte[] second = overwrite(2);
        cluster.volsnap("-create", "second").orThrow();
        overwrite(3);
        try (MountedSnapshot one = MountedSnapshot.mount(cluster, "first");
                MountedSnapshot two = MountedSnapshot.mount(cluster, "second")) {
            assertThat(read(one)).isEqualTo(first);
            assertThat(read(two)).isEqualTo(second);

            for (DataNode dataNode : cluster.dataNodes()) {
                dataNode.refreshNamenodes(new Configuration(dataNode.getConf())); // drops what no file names
            }
            awaitReadable(one, first);
            awaitReadable(two, second);
            cluster.restartDataNodes();
            awaitReadable(one, first);
            awaitReadable(two, second);

            assertThat(one.processes()).hasSize(1);
            assertThat(one.umount().orThrow().out()).isEqualTo("Unmounted first\n");
            await().atMost(SOON)
                    .until(() -> one.processes().isEmpty() && one.files().isEmpty());
            await().atMost(SOON)
                    .until(() -> MountedSnapshot.directories(cluster).stream()
                                    .map(Path::getFileName)
                                    .distinct()
                                    .count()
                            == 1);
            assertThat(read(two)).isEqualTo(second);
            cluster.volsnap("-delete", "first").orThrow();
            two.umount().orThrow();
            awaitNothingLeft();
            assertThat(cluster.volsnap("-umount", "second").err()).contains("snapshot second is not mounted");
        }
        assertThat(DFSTestUtil.readFileAsBytes(fileSystem(), FILE)).hasSize(LENGTH);
    }

    @Test
    void oneWhoseProcessWasKilledIsReplacedAndOneThatIsTerminatedGoesByItself() throws Exception {
        byte[] then = overwrite(1);
        cluster.volsnap("-create", "first").orThrow();
        fileSystem().delete(FILE, false);
        cluster.waitForDeletions();
        try (MountedSnapshot killed = MountedSnapshot.mount(cluster, "first")) {
            killed.close();
            await().atMost(SOON).until(() -> killed.processes().isEmpty());
            cluster.stopDataNode(0);
            try (MountedSnapshot again = MountedSnapshot.mount(cluster, "first", "-timeout", "30")) {
                assertThat(again.result().err()).contains("does not answer: replacing it");
                cluster.startDataNodes(); // one that knows only the mount that is gone
                awaitReadable(again, then);
                await().atMost(SOON).until(() -> MountedSnapshot.served(cluster).size() == 1);

                again.processes().forEach(ProcessHandle::destroy);
                await().atMost(SOON)
                        .until(() ->
                                again.processes().isEmpty() && again.files().isEmpty());
                awaitNothingLeft();
                assertThat(cluster.volsnap("-list").out()).doesNotContain("Mounted");
            }
        }
    }

    private void awaitNothingLeft() {
        await().atMost(SOON)
                .until(() -> MountedSnapshot.served(cluster).isEmpty()
                        && MountedSnapshot.directories(cluster).isEmpty());
    }

    /** A mounted snapshot's NameNode may still send the client to a DataNode that is joining it again. */
    private static void awaitReadable(MountedSnapshot mounted, byte[] then) {
        await().atMost(SOON)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> assertThat(read(mounted)).isEqualTo(then));
    }

    private static byte[] read(MountedSnapshot mounted) throws IOException {
        return DFSTestUtil.readFileAsBytes(mounted.fileSystem(), FILE);
    }

    private byte[] overwrite(long seed) throws IOException {
        fileSystem().delete(FILE, false);
        DFSTestUtil.createFile(fileSystem(), FILE, LENGTH, (short) 1, seed);
        return DFSTestUtil.calculateFileContentsFromSeed(seed, LENGTH);
    }

    private DistributedFileSystem fileSystem() throws IOException {
        return cluster.fileSystem();
    }
}
