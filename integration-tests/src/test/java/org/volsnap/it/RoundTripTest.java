/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

class RoundTripTest {
    @Test
    void everyKindOfLossComesBack(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = cluster(dir)) {
            Rollback rollback = new Rollback(cluster);
            Wreckage wreckage = new Wreckage(cluster, 1);
            wreckage.fill();
            FSDataOutputStream open = wreckage.open("/open/file", 123_456);
            FileSystemState then = FileSystemState.capture(cluster.fileSystem(), "/data");
            byte[] openThen =
                    DFSTestUtil.readFileAsBytes(cluster.fileSystem(), new org.apache.hadoop.fs.Path("/open/file"));

            cluster.volsnap("-create", "nightly").orThrow();
            long fence = rollback.used().stamp();
            open.write(wreckage.bytes(5_000));
            open.hflush();
            wreckage.wreck();
            FileSystemState.capture(cluster.fileSystem(), "/data").assertDiffersFrom(then);
            Rollback.Used used = rollback.used();

            rollback.to("nightly");

            rollback.awaitClosed("/open/file");
            FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(then);
            assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), new org.apache.hadoop.fs.Path("/open/file")))
                    .hasSize(123_456)
                    .isEqualTo(Arrays.copyOf(openThen, 123_456));
            rollback.assertHealthy();
            rollback.assertNoReplicaAfter(fence, used.stamp());
            rollback.assertFreshIds(used);
        }
    }

    @Test
    void threeSnapshotsRollBackToTheFirstAndToTheLast(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = cluster(dir)) {
            Rollback rollback = new Rollback(cluster);
            Wreckage wreckage = new Wreckage(cluster, 2);
            wreckage.fill();
            FileSystemState first = FileSystemState.capture(cluster.fileSystem(), "/data");
            cluster.volsnap("-create", "first").orThrow();
            wreckage.append(Wreckage.file("cut", 1), 700_000);
            wreckage.truncate(Wreckage.file("kept", 2), 1_500_000);
            cluster.fileSystem().delete(Wreckage.file("appended", 2), false);
            cluster.volsnap("-create", "second").orThrow();
            wreckage.write(Wreckage.file("appended", 2), 800_000);
            wreckage.append(Wreckage.file("kept", 2), 900_000);
            wreckage.truncate(Wreckage.file("grown", 2), 1_048_576 + 17);
            cluster.waitForDeletions();
            FileSystemState third = FileSystemState.capture(cluster.fileSystem(), "/data");
            cluster.volsnap("-create", "third").orThrow();
            wreckage.wreck();

            rollback.to("third");
            FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(third);
            rollback.to("first");
            FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(first);
            rollback.to("third");
            FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(third);
            rollback.assertHealthy();
        }
    }

    /** Access times are off: reading the tree must not change it. */
    private static VolsnapCluster cluster(Path dir) throws java.io.IOException {
        return VolsnapCluster.builder(dir)
                .set("dfs.namenode.accesstime.precision", "0")
                .build();
    }
}
