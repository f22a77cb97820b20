/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolsnapClusterTest {
    @Test
    void filesSurviveARestartOfEverything(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster =
                VolsnapCluster.builder(dir).plugin(false).dataNodes(2).build()) {
            DistributedFileSystem fileSystem = cluster.fileSystem();
            var file = new org.apache.hadoop.fs.Path("/a/file");
            DFSTestUtil.createFile(fileSystem, file, 3_000_000, (short) 2, 7);
            byte[] before = DFSTestUtil.readFileAsBytes(fileSystem, file);

            cluster.stopDataNodes();
            cluster.stopNameNode();
            cluster.startNameNode();
            cluster.startDataNodes();
            cluster.waitActive();

            assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), file)).isEqualTo(before);
            assertThat(cluster.storageVolumes(0))
                    .hasSize(2)
                    .allSatisfy(volume -> assertThat(volume).isDirectory().startsWith(dir));
            assertThat(cluster.nameDirs())
                    .allSatisfy(nameDir -> assertThat(nameDir).isDirectory());
        }
    }

    @Test
    void aCommandLeavesItsOutputAndExitCode(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster =
                VolsnapCluster.builder(dir).plugin(false).dataNodes(1).build()) {
            CommandResult result = cluster.volsnap("-nonsense");

            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.out()).isEmpty();
            assertThat(result.err()).startsWith("Can't understand command '-nonsense'");
        }
    }
}
