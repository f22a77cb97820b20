/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.io.IOUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/** A client that reads a mounted snapshot and stalls holds up neither a truncate of what it reads nor other readers. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class MountStalledReaderTest {
    private static final org.apache.hadoop.fs.Path FILE = new org.apache.hadoop.fs.Path("/file");

    /** One block, far more than sockets buffer. */
    private static final int LENGTH = 48 << 20;

    private static final int READ_BEFORE = 100_000;

    @Test
    void aStalledReaderHoldsUpNobodyAndReadsOnAsOfT(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = VolsnapCluster.builder(dir)
                .dataNodes(1)
                .blockSize(64 << 20)
                .set("dfs.client.socket-timeout", "120000")
                .build()) {
            byte[] then = DFSTestUtil.calculateFileContentsFromSeed(7, LENGTH);
            DFSTestUtil.writeFile(cluster.fileSystem(), FILE, then);
            cluster.volsnap("-create", "s").orThrow();
            try (MountedSnapshot mounted = MountedSnapshot.mount(cluster, "s");
                    FSDataInputStream stalled = mounted.fileSystem().open(FILE)) {
                byte[] begin = new byte[READ_BEFORE];
                stalled.readFully(begin);

                if (!cluster.fileSystem().truncate(FILE, 1_000_000)) {
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> cluster.fileSystem().isFileClosed(FILE));
                }
                assertThat(DFSTestUtil.readFileAsBytes(mounted.fileSystem(), FILE))
                        .isEqualTo(then);

                ByteArrayOutputStream all = new ByteArrayOutputStream(LENGTH);
                all.write(begin);
                IOUtils.copyBytes(stalled, all, 1 << 16, false);
                assertThat(all.toByteArray()).isEqualTo(then);
            }
            assertThat(cluster.fileSystem().getFileStatus(FILE).getLen()).isEqualTo(1_000_000);
        }
    }
}
