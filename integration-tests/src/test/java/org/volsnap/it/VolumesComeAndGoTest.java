/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.server.datanode.DataNodeTestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/** A storage volume that is away when its cluster is rolled back, and comes back later. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class VolumesComeAndGoTest {
    private static final String ROOT = "/data";
    private static final int FILES = 12;
    private static final String NAME = "nightly";

    @Test
    void aRollbackReachesAVolumeThatWasAway(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = cluster(dir)) {
            FileSystemState then = wreckAfterSnapshot(cluster);
            List<Path> roots = cluster.storageVolumes(0);
            Path away = roots.get(1);

            DataNodeTestUtils.injectDataDirFailure(away.toFile());
            new Rollback(cluster).to(NAME);
            assertThat(missingBlocks(cluster)).isPositive();
            DataNodeTestUtils.restoreDataDirFromFailure(away.toFile());
            new Volumes(cluster).reconfigure(roots);

            VolsnapCluster.waitFor("all blocks", Duration.ofSeconds(60), () -> missingBlocks(cluster) == 0);
            FileSystemState.capture(cluster.fileSystem(), ROOT).assertSameAs(then);
            new Rollback(cluster).assertHealthy();
        }
    }

    private static long missingBlocks(VolsnapCluster cluster) {
        return cluster.nameNode().getNamesystem().getMissingBlocksCount();
    }

    /** Every third file is appended to, every third deleted, the rest left alone. */
    private FileSystemState wreckAfterSnapshot(VolsnapCluster cluster) throws IOException {
        Wreckage wreckage = new Wreckage(cluster, 61);
        Volumes volumes = new Volumes(cluster);
        for (int i = 0; i < FILES; i++) {
            wreckage.write(file(i), 200_000 + i);
        }
        FileSystemState then = FileSystemState.capture(cluster.fileSystem(), ROOT);
        cluster.volsnap("-create", NAME).orThrow();
        for (int i = 0; i + 2 < FILES; i += 3) {
            wreckage.append(file(i), 10_000);
            volumes.deleteNow(file(i + 1));
        }
        return then;
    }

    private static org.apache.hadoop.fs.Path file(int number) {
        return new org.apache.hadoop.fs.Path(ROOT, String.format("file%02d", number));
    }

    private static VolsnapCluster cluster(Path dir) throws IOException {
        return VolsnapCluster.builder(dir)
                .dataNodes(1)
                .set("dfs.replication", "1")
                .set("dfs.datanode.failed.volumes.tolerated", "1")
                .set("dfs.datanode.disk.check.min.gap", "0s")
                .set("dfs.datanode.volsnap.chunk.size", "16k")
                .set("dfs.namenode.accesstime.precision", "0")
                .build();
    }
}
