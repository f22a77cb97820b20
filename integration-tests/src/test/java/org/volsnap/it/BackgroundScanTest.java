/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.conf.VolsnapKeys;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** DataNodes find by themselves what has rotted of what they preserve. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BackgroundScanTest {
    private static final int LENGTH = 300_000;
    private static final int CHUNK = 1 << 16;

    @Test
    void findsRottenReplicasAndChunksAndSaysSoUntilTheyAreGone(@TempDir java.nio.file.Path dir) throws Exception {
        try (VolsnapCluster cluster = VolsnapCluster.builder(dir)
                .dataNodes(2)
                .storageVolumes(1)
                .set("dfs.replication", "2")
                .set(VolsnapKeys.SCAN_RATE, "1g")
                .set(VolsnapKeys.SCAN_PERIOD, "1s")
                .build()) {
            StoredBytes stored = new StoredBytes(cluster);
            ExtendedBlock deleted = write(cluster, "/deleted");
            ExtendedBlock cut = write(cluster, "/cut");
            cluster.volsnap("-create", "s").orThrow();
            cluster.fileSystem().delete(new Path("/deleted"), false);
            new Wreckage(cluster, 1).truncate(new Path("/cut"), 10);
            java.nio.file.Path whole = stored.whole(0, deleted);
            stored.whole(1, deleted);
            await().during(Duration.ofSeconds(2)).until(() -> !status(cluster).contains("damaged"));

            StoredBytes.damage(whole, 70_000);
            stored.damageChunk(0, content("/cut", CHUNK));

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> status(cluster).contains("2 preserved pieces are damaged: "));
            String status = status(cluster);
            assertThat(status)
                    .containsAnyOf(
                            name(deleted) + ": Checksum CRC32C not matched for file " + whole + " at position 69632",
                            name(cut) + ", chunk 1: ");
            await().atMost(Duration.ofSeconds(60)) // Hadoop gives out what it has read some seconds ago
                    .untilAsserted(() -> {
                        assertThat(metric("DamagesFound")).isGreaterThanOrEqualTo(2);
                        assertThat(metric("DamagedPieces")).isEqualTo(2);
                        assertThat(metric("ScannedBytes")).isGreaterThan(LENGTH);
                    });
            CommandResult verified = cluster.volsnap("-verify", "s");
            assertThat(verified.exitCode()).as(verified.toString()).isZero(); // the other DataNode has both

            cluster.restartDataNodes();
            cluster.waitForFollowing();
            assertThat(status(cluster)).contains("2 preserved pieces are damaged: ");
            cluster.volsnap("-delete", "s").orThrow();
            await().atMost(Duration.ofSeconds(60)).until(() -> !status(cluster).contains("damaged"));
        }
    }

    private static ExtendedBlock write(VolsnapCluster cluster, String file) throws Exception {
        Path path = new Path(file);
        DFSTestUtil.createFile(cluster.fileSystem(), path, LENGTH, (short) 2, file.hashCode());
        return DFSTestUtil.getFirstBlock(cluster.fileSystem(), path);
    }

    private static byte[] content(String file, int from) {
        return Arrays.copyOfRange(DFSTestUtil.calculateFileContentsFromSeed(file.hashCode(), LENGTH), from, LENGTH);
    }

    private static String name(ExtendedBlock block) {
        return "blk_" + block.getBlockId() + "_" + block.getGenerationStamp();
    }

    private static String status(VolsnapCluster cluster) {
        return cluster.volsnap("-status").orThrow().out();
    }

    /** Of all DataNodes together. */
    private static long metric(String name) throws JMException {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        long sum = 0;
        for (ObjectName bean : beans.queryNames(new ObjectName("Hadoop:name=VolsnapScan-*,*"), null)) {
            sum += ((Number) beans.getAttribute(bean, name)).longValue();
        }
        return sum;
    }
}
