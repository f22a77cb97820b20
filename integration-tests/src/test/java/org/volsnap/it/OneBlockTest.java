/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.protocol.LocatedBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/**
 * One block with a long life, and a snapshot after each part of it: appended, cut, one replica deleted and made anew from
 * the other, appended and cut again, deleted. All versions rest on each other, and every one of them comes back.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class OneBlockTest {
    private static final org.apache.hadoop.fs.Path FILE = new org.apache.hadoop.fs.Path("/data/file");
    private static final byte[] ABSENT = {};

    private final Map<String, byte[]> contents = new LinkedHashMap<>();

    @Test
    void comesBackAsItWasAtEachOfItsTimes(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = VolsnapCluster.builder(dir)
                .dataNodes(2)
                .storageVolumes(1)
                .set("dfs.datanode.volsnap.chunk.size", "16k")
                .build()) {
            live(cluster);
            for (String name : List.of("cut", "written", "recreatedAgain", "recreated", "deleted", "appendedAgain")) {
                new Rollback(cluster).to(name);
                assertIsAsAt(cluster, name);
            }
            cluster.volsnap("-delete", "cut").orThrow();
            cluster.volsnap("-delete", "written").orThrow();
            new Rollback(cluster).to("appended");
            assertIsAsAt(cluster, "appended");
            new Rollback(cluster).assertHealthy();
        }
    }

    private void live(VolsnapCluster cluster) throws Exception {
        Wreckage wreckage = new Wreckage(cluster, 31);
        wreckage.write(FILE, 500_000);
        create(cluster, "written");
        wreckage.append(FILE, 100_001);
        create(cluster, "appended");
        wreckage.truncate(FILE, 333_333);
        create(cluster, "cut");
        recreateOneReplica(cluster);
        create(cluster, "recreated");
        wreckage.append(FILE, 400_000);
        create(cluster, "appendedAgain");
        wreckage.truncate(FILE, 17_001);
        create(cluster, "cutAgain");
        recreateOneReplica(cluster);
        wreckage.append(FILE, 50_000);
        create(cluster, "recreatedAgain");
        cluster.fileSystem().delete(FILE, false);
        cluster.waitForDeletions();
        create(cluster, "deleted");
    }

    private void create(VolsnapCluster cluster, String name) throws IOException {
        cluster.volsnap("-create", name).orThrow();
        boolean exists = cluster.fileSystem().exists(FILE);
        contents.put(name, exists ? DFSTestUtil.readFileAsBytes(cluster.fileSystem(), FILE) : ABSENT);
    }

    /** HDFS deletes the replica on one DataNode, and copies it back there from the other. */
    private static void recreateOneReplica(VolsnapCluster cluster) throws Exception {
        cluster.fileSystem().setReplication(FILE, (short) 1);
        awaitReplicas(cluster, 1);
        cluster.waitForDeletions();
        cluster.fileSystem().setReplication(FILE, (short) 2);
        awaitReplicas(cluster, 2);
    }

    private static void awaitReplicas(VolsnapCluster cluster, int count) throws IOException {
        String path = FILE.toUri().getPath();
        VolsnapCluster.waitFor(count + " replicas", Duration.ofSeconds(60), () -> {
            try {
                LocatedBlock block = cluster.fileSystem()
                        .getClient()
                        .getLocatedBlocks(path, 0)
                        .get(0);
                return block.getLocations().length == count;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private void assertIsAsAt(VolsnapCluster cluster, String name) throws IOException {
        byte[] then = contents.get(name);
        if (then == ABSENT) {
            assertThat(cluster.fileSystem().exists(FILE)).as(name).isFalse();
            return;
        }
        assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), FILE))
                .as(name)
                .isEqualTo(then);
        awaitReplicas(cluster, 2);
        ExtendedBlock block = DFSTestUtil.getFirstBlock(cluster.fileSystem(), FILE);
        for (int node = 0; node < 2; node++) {
            assertThat(Files.readAllBytes(
                            cluster.mini().getBlockFile(node, block).toPath()))
                    .as("replica %s at %s", node, name)
                    .isEqualTo(then);
        }
    }
}
