/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;
import org.volsnap.testing.VolsnapHaCluster;

/** A snapshot of a pair of NameNodes is mounted on a host that is neither's, and a failover changes nothing. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MountHaTest {
    private static final org.apache.hadoop.fs.Path FILE = new org.apache.hadoop.fs.Path("/file");
    private static final int LENGTH = 1_300_001;

    @Test
    void aMountOutlivesAFailoverAndEndsThroughTheOtherNameNode(@TempDir Path dir) throws Exception {
        try (VolsnapHaCluster cluster =
                VolsnapCluster.builder(dir).dataNodes(1).replication(1).buildHa()) {
            DFSTestUtil.createFile(cluster.fileSystem(), FILE, LENGTH, (short) 1, 5);
            cluster.volsnap("-create", "s").orThrow();
            cluster.fileSystem().delete(FILE, false);
            byte[] then = DFSTestUtil.calculateFileContentsFromSeed(5, LENGTH);
            try (MountedSnapshot mounted = MountedSnapshot.mount(cluster.configuration(), dir, "s")) {
                assertThat(DFSTestUtil.readFileAsBytes(mounted.fileSystem(), FILE))
                        .isEqualTo(then);

                cluster.failOver(0, 1);
                cluster.waitForFollowing();
                assertThat(DFSTestUtil.readFileAsBytes(mounted.fileSystem(), FILE))
                        .isEqualTo(then);
                assertThat(cluster.volsnap("-delete", "s").err()).contains("is mounted at " + mounted.uri());
                assertThat(mounted.processes()).hasSize(1);

                mounted.umount().orThrow();
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> mounted.processes().isEmpty());
            }
        }
    }
}
