/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/**
 * A DataNode that dies in the middle of pipelines, or was away when its replicas were changed, comes back with old
 * ones.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StaleReplicasTest {
    private static final String ROOT = "/data";
    private static final String NAME = "nightly";
    private static final int LENGTH = 200_000;

    private VolsnapCluster cluster;
    private Wreckage wreckage;

    /**
     * A pipeline goes on with the DataNodes that are left. Access times are off: reading the tree must not change it.
     */
    @BeforeEach
    void start(@TempDir Path dir) throws IOException {
        cluster = VolsnapCluster.builder(dir)
                .storageVolumes(1)
                .blockSize(256 << 10)
                .set("dfs.namenode.reconstruction.pending.timeout-sec", "3")
                .set("dfs.client.block.write.replace-datanode-on-failure.policy", "NEVER")
                .set("dfs.datanode.volsnap.chunk.size", "16k")
                .set("dfs.namenode.accesstime.precision", "0")
                .build();
        wreckage = new Wreckage(cluster, 111);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void theyAreNeverTakenForThoseOfTheSnapshot() throws Exception {
        Rollback rollback = new Rollback(cluster);
        for (String name : List.of("kept", "appended", "cut", "deleted", "failing", "failingDeleted")) {
            wreckage.write(file(name), LENGTH);
        }
        List<FSDataOutputStream> before = begin(List.of("failedBefore", "failedBeforeAndCut"), false);
        new Holders(cluster).stop(cluster.dataNodes().get(0));
        goOnAndClose(before);
        FileSystemState then = state();
        cluster.volsnap("-create", NAME).orThrow();
        comesBack(rollback);

        List<FSDataOutputStream> after = begin(List.of("failing", "failingDeleted", "failingNew"), true);
        new Holders(cluster).stop(cluster.dataNodes().get(0));
        goOnAndClose(after);
        wreckage.append(file("appended"), 50_000);
        wreckage.truncate(file("cut"), 100_000);
        cluster.fileSystem().delete(file("deleted"), false);
        cluster.fileSystem().delete(file("failingDeleted"), false);
        comesBack(rollback);
        wreckage.truncate(file("failedBeforeAndCut"), 50_000);
        wreckage.append(file("failedBefore"), 50_000);
        wreckage.truncate(file("failing"), 100_000);
        cluster.waitForDeletions();
        FileSystemState wrecked = state();
        cluster.volsnap("-verify", NAME).orThrow();

        String safety = rollback.toWithRunningDataNodes(NAME);
        rollback.awaitRedundancy();
        state().assertSameAs(then);
        rollback.assertHealthy();

        rollback.to(safety);
        rollback.awaitRedundancy();
        state().assertSameAs(wrecked);
        rollback.assertHealthy();
    }

    /** Opens files, new ones or at their end, and gets some bytes to all DataNodes. */
    private List<FSDataOutputStream> begin(List<String> names, boolean append) throws IOException {
        List<FSDataOutputStream> open = new ArrayList<>();
        for (String name : names) {
            boolean grows = append && cluster.fileSystem().exists(file(name));
            FSDataOutputStream out = grows
                    ? cluster.fileSystem().append(file(name))
                    : cluster.fileSystem().create(file(name), true);
            open.add(out);
            out.write(wreckage.bytes(30_000));
            out.hflush();
        }
        return open;
    }

    private void goOnAndClose(List<FSDataOutputStream> open) throws IOException {
        for (FSDataOutputStream out : open) {
            out.write(wreckage.bytes(60_000));
            out.close();
        }
    }

    /** Its old replicas go, and it gets the ones of today. */
    private void comesBack(Rollback rollback) throws IOException {
        cluster.startDataNodes();
        cluster.waitActive();
        rollback.awaitRedundancy();
    }

    private static org.apache.hadoop.fs.Path file(String name) {
        return new org.apache.hadoop.fs.Path(ROOT, name);
    }

    private FileSystemState state() throws IOException {
        return FileSystemState.capture(cluster.fileSystem(), ROOT);
    }
}
