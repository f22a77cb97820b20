/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/** The limits of copying, set as an operator sets them. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class CopyThrottleTest {
    private static final org.apache.hadoop.fs.Path FILE = new org.apache.hadoop.fs.Path("/large");
    private static final long MEBIBYTE = 1 << 20;
    private static final long LENGTH = 5 * MEBIBYTE;

    /** Of the DataNode's row: pending exceptions; then completed ones, conflicting reads. */
    private static final Pattern PENDING = Pattern.compile("FOLLOWING .* (\\d+) +\\d+ +\\d+ *$", Pattern.MULTILINE);

    /** The first acquisition is free, and the limiter may have saved up a second's worth. */
    private static final long LEAST_SECONDS = 2;

    @Test
    void aTruncateWaitsForTheRateAndReadsDoNot(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = VolsnapCluster.builder(dir)
                .dataNodes(1)
                .storageVolumes(1)
                .blockSize(8 * MEBIBYTE)
                .set("dfs.replication", "1")
                .set("dfs.datanode.volsnap.copy.bandwidthPerSec", "1m")
                .set("dfs.datanode.volsnap.copy.in-flight", "16")
                .build()) {
            DistributedFileSystem fileSystem = cluster.fileSystem();
            DFSTestUtil.createFile(fileSystem, FILE, LENGTH, (short) 1, 3);
            DFSTestUtil.createFile(fileSystem, new org.apache.hadoop.fs.Path("/other"), MEBIBYTE, (short) 1, 4);
            cluster.volsnap("-create", "before").orThrow();

            long begun = System.nanoTime();
            assertThat(fileSystem.truncate(FILE, 1)).isFalse();

            await().atMost(Duration.ofSeconds(30)).until(() -> pendingChunks(cluster) > 0);
            assertThat(DFSTestUtil.readFileAsBytes(fileSystem, new org.apache.hadoop.fs.Path("/other")))
                    .hasSize((int) MEBIBYTE);
            assertThat(pendingChunks(cluster))
                    .as("the other file was read while copies wait")
                    .isPositive();
            await().atMost(Duration.ofMinutes(2)).until(() -> fileSystem.isFileClosed(FILE));
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofSeconds(LEAST_SECONDS));
            cluster.volsnap("-verify", "before").orThrow();
        }
    }

    /** As {@code -status} shows them. */
    private static long pendingChunks(VolsnapCluster cluster) {
        Matcher row = PENDING.matcher(cluster.volsnap("-status").orThrow().out());
        assertThat(row.find()).isTrue();
        return Long.parseLong(row.group(1));
    }
}
