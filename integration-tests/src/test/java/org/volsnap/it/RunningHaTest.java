/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.hdfs.AppendTestUtil;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;
import org.volsnap.testing.VolsnapHaCluster;

/**
 * Rollbacks of a pair of NameNodes for which DataNodes are not restarted: they leave the nameservice and join it again.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RunningHaTest {
    private static final Pattern SAFETY = Pattern.compile("before-rollback-\\S+");

    @TempDir
    Path dir;

    private VolsnapHaCluster cluster() throws IOException {
        return VolsnapCluster.builder(dir)
                .dataNodes(2)
                .storageVolumes(1)
                .blockSize(HaFiles.BLOCK)
                .set("dfs.replication", "2")
                .set("dfs.namenode.accesstime.precision", "0")
                .buildHa();
    }

    @Test
    void everythingComesBackAndGoesAgain() throws Exception {
        try (VolsnapHaCluster cluster = cluster()) {
            DistributedFileSystem fileSystem = cluster.fileSystem();
            HaFiles files = new HaFiles(cluster);
            files.fill();
            FileSystemState then = FileSystemState.capture(fileSystem, "/data");
            byte[] openThen = AppendTestUtil.randomBytes(1, 70_000);
            var open = new org.apache.hadoop.fs.Path("/open");
            FSDataOutputStream writer = fileSystem.create(open, (short) 2);
            writer.write(openThen);
            writer.hflush();
            cluster.volsnap("-create", "nightly").orThrow();
            writer.write(new byte[5000]);
            writer.hflush();
            files.wreck(0);
            FileSystemState wrecked = FileSystemState.capture(fileSystem, "/data");
            List<DataNode> dataNodes = List.copyOf(cluster.dataNodes());

            String safety = prepare(cluster, "nightly");
            cluster.stopNameNode(1);
            cluster.stopNameNode(0);
            comeBack(cluster, "nightly");

            FileSystemState.capture(fileSystem, "/data").assertSameAs(then);
            files.awaitClosed(open);
            assertThat(DFSTestUtil.readFileAsBytes(fileSystem, open)).isEqualTo(openThen);
            cluster.failOver(0, 1);
            files.awaitWritable(1);
            FileSystemState.capture(fileSystem, "/data").assertSameAs(then);
            files.awaitCopiesElsewhere(safety);
            cluster.failOver(1, 0);

            prepare(cluster, safety);
            cluster.stopNameNode(1);
            cluster.stopNameNode(0);
            comeBack(cluster, safety);

            FileSystemState.capture(fileSystem, "/data").assertSameAs(wrecked);
            assertThat(cluster.dataNodes()).isEqualTo(dataNodes);
            cluster.volsnap("-verify", "nightly").orThrow();
        }
    }

    /** Both segments of edits are left open, and the standby had not followed to the end. */
    @Test
    void bothNameNodesWereKilledAfterThePreparation() throws Exception {
        try (VolsnapHaCluster cluster = cluster()) {
            DistributedFileSystem fileSystem = cluster.fileSystem();
            HaFiles files = new HaFiles(cluster);
            files.fill();
            FileSystemState then = FileSystemState.capture(fileSystem, "/data");
            cluster.volsnap("-create", "nightly").orThrow();
            files.wreck(0);

            prepare(cluster, "nightly");
            cluster.killNameNode(0);
            cluster.killNameNode(1);
            comeBack(cluster, "nightly");

            FileSystemState.capture(fileSystem, "/data").assertSameAs(then);
            cluster.volsnap("-verify", "nightly").orThrow();
        }
    }

    /** @return the safety snapshot */
    private static String prepare(VolsnapHaCluster cluster, String snapshot) {
        String printed = cluster.volsnap("-prepareRollback", snapshot).orThrow().out();
        return SAFETY.matcher(printed).results().findFirst().orElseThrow().group();
    }

    private static void comeBack(VolsnapHaCluster cluster, String snapshot) throws Exception {
        cluster.volsnapOn(0, "-rollback", snapshot).orThrow();
        cluster.startNameNode(0);
        cluster.activate(0);
        assertThat(cluster.bootstrapStandby(1)).isZero();
        cluster.startNameNode(1);
        new HaFiles(cluster).awaitWritable(0);
        cluster.waitForDataNodes();
        cluster.waitForFollowing();
    }
}
