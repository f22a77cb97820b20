/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every daemon of a cluster of processes can be killed and comes back with what it had, where it was. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ProcessClusterTest {
    private static final org.apache.hadoop.fs.Path FILE = new org.apache.hadoop.fs.Path("/file");

    @Test
    void everyDaemonOfAPairIsKilledAndComesBack(@TempDir Path dir) throws Exception {
        try (ProcessCluster cluster = VolsnapCluster.builder(dir)
                        .dataNodes(2)
                        .storageVolumes(1)
                        .buildHaProcesses();
                DistributedFileSystem fileSystem = cluster.newFileSystem()) {
            cluster.awaitHealthy();
            write(fileSystem, "one");
            cluster.volsnap("-create", "first").orThrow();
            fileSystem.delete(FILE, false);

            cluster.daemons().forEach(DaemonProcess::kill);
            assertThat(cluster.daemons()).noneMatch(DaemonProcess::isAlive);
            cluster.startStopped();
            cluster.activate(1);
            cluster.awaitHealthy();

            assertThat(fileSystem.exists(FILE)).isFalse();
            assertThat(cluster.volsnap("-verify", "first").orThrow().out()).contains("1 files", "0 files not readable");
            write(fileSystem, "two");
            assertThat(DFSTestUtil.readFileAsBytes(fileSystem, FILE)).isEqualTo("two".getBytes(UTF_8));
        }
    }

    private static void write(DistributedFileSystem fileSystem, String content) throws IOException {
        try (FSDataOutputStream out = fileSystem.create(FILE)) {
            out.write(content.getBytes(UTF_8));
        }
    }
}
