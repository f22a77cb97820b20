/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.ClusterBuilder;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** The plugin was off for a while, and stock HDFS changed what a snapshot needs. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class UnseenChangeTest {
    private static final org.apache.hadoop.fs.Path UNTOUCHED = new org.apache.hadoop.fs.Path("/untouched");
    private static final org.apache.hadoop.fs.Path UNCHANGED_BASE = new org.apache.hadoop.fs.Path("/seen/appended");
    private static final org.apache.hadoop.fs.Path CHANGED = new org.apache.hadoop.fs.Path("/unseen/appended");
    private static final org.apache.hadoop.fs.Path CHANGED_BASE =
            new org.apache.hadoop.fs.Path("/unseen/baseTruncated");
    private static final org.apache.hadoop.fs.Path DELETED = new org.apache.hadoop.fs.Path("/unseen/deleted");

    @Test
    void isReportedAsLostAndNeverReadAsGood(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = builder(dir).build()) {
            Wreckage wreckage = new Wreckage(cluster, 21);
            for (var path :
                    new org.apache.hadoop.fs.Path[] {UNTOUCHED, UNCHANGED_BASE, CHANGED, CHANGED_BASE, DELETED}) {
                wreckage.write(path, 600_000);
            }
            cluster.volsnap("-create", "nightly").orThrow();
            wreckage.append(UNCHANGED_BASE, 10);
            wreckage.append(CHANGED_BASE, 10);
            assertThat(cluster.volsnap("-verify", "nightly").exitCode()).isZero();
        }
        try (VolsnapCluster stock = builder(dir).format(false).plugin(false).build()) {
            stock.waitActive();
            Wreckage wreckage = new Wreckage(stock, 22);
            wreckage.append(CHANGED, 10);
            wreckage.truncate(CHANGED_BASE, 100_000);
            ExtendedBlock block = DFSTestUtil.getFirstBlock(stock.fileSystem(), DELETED);
            stock.fileSystem().delete(DELETED, false);
            VolsnapCluster.waitFor(
                    "the replica's end",
                    Duration.ofSeconds(60),
                    () -> !stock.dataNodes().get(0).getFSDataset().contains(block));
            stock.waitForDeletions();
        }
        try (VolsnapCluster cluster = builder(dir).format(false).build()) {
            cluster.waitActive();

            CommandResult verify = cluster.volsnap("-verify", "nightly");

            assertThat(verify.exitCode()).as(verify.toString()).isEqualTo(1);
            assertThat(verify.out())
                    .contains(CHANGED.toString(), CHANGED_BASE.toString(), DELETED.toString())
                    .doesNotContain(UNTOUCHED.toString() + ":", UNCHANGED_BASE.toString() + ":");
        }
    }

    private static ClusterBuilder builder(Path dir) throws IOException {
        return VolsnapCluster.builder(dir).dataNodes(1).storageVolumes(1).set("dfs.replication", "1");
    }
}
