/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/** Two block pools on the same DataNodes, with block tokens and striped files; a snapshot of each is mounted. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MountFederationTest {
    private static final String POLICY = "XOR-2-1-1024k";
    private static final org.apache.hadoop.fs.Path STRIPED = new org.apache.hadoop.fs.Path("/striped");
    private static final org.apache.hadoop.fs.Path FILE = new org.apache.hadoop.fs.Path("/striped/file");
    private static final int LENGTH = 5_000_001;

    @Test
    void eachIsReadUnderItsOwnTokens(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = VolsnapCluster.builder(dir)
                .dataNodes(3)
                .storageVolumes(1)
                .nameservices(2)
                .set("dfs.block.access.token.enable", "true")
                .build()) {
            VolsnapCluster other = cluster.nameservice(1);
            byte[] one = write(cluster, 1);
            byte[] two = write(other, 2);
            cluster.volsnap("-create", "same").orThrow();
            other.volsnap("-create", "same").orThrow();
            cluster.fileSystem().delete(FILE, false);
            other.fileSystem().delete(FILE, false);
            cluster.waitForDeletions();
            other.waitForDeletions();

            try (MountedSnapshot first = MountedSnapshot.mount(cluster, "same");
                    MountedSnapshot second = MountedSnapshot.mount(other, "same")) {
                assertThat(DFSTestUtil.readFileAsBytes(first.fileSystem(), FILE))
                        .isEqualTo(one);
                assertThat(DFSTestUtil.readFileAsBytes(second.fileSystem(), FILE))
                        .isEqualTo(two);
                first.umount().orThrow();
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> MountedSnapshot.served(cluster).size() == 1);
                assertThat(DFSTestUtil.readFileAsBytes(second.fileSystem(), FILE))
                        .isEqualTo(two);
                second.umount().orThrow();
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> MountedSnapshot.directories(cluster).isEmpty());
            }
        }
    }

    private static byte[] write(VolsnapCluster cluster, long seed) throws Exception {
        DistributedFileSystem fileSystem = cluster.fileSystem();
        fileSystem.enableErasureCodingPolicy(POLICY);
        fileSystem.mkdirs(STRIPED);
        fileSystem.setErasureCodingPolicy(STRIPED, POLICY);
        byte[] content = DFSTestUtil.calculateFileContentsFromSeed(seed, LENGTH);
        DFSTestUtil.writeFile(fileSystem, FILE, content);
        return content;
    }
}
