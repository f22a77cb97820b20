/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.ProcessCluster;

/** The campaign's processes end where they are told to. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FaultPointsTest {
    @Test
    void processesEndAtTheirPoints(@TempDir Path dir) throws Exception {
        try (ProcessCluster cluster = CrashCampaign.start(dir);
                DistributedFileSystem fileSystem = cluster.newFileSystem()) {
            cluster.awaitHealthy();
            var file = new org.apache.hadoop.fs.Path("/file");
            DFSTestUtil.createFile(fileSystem, file, 100_000, (short) 3, 1);
            cluster.volsnap("-create", "one").orThrow();

            cluster.nameNode().arm("CREATING", 1);
            cluster.volsnap("-create", "two");
            assertThat(cluster.nameNode().awaitEnd(30)).isTrue();
            cluster.startStopped();
            cluster.awaitHealthy();
            DFSTestUtil.waitReplication(fileSystem, file, (short) 3);

            cluster.dataNodes().get(0).arm("durable commit", 1);
            cluster.dataNodes().get(1).arm("before link", 1);
            fileSystem.delete(file, false);
            assertThat(cluster.dataNodes().get(1).awaitEnd(30)).isTrue();
        }
    }
}
