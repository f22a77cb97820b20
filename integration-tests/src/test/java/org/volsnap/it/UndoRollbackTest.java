/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/** A rollback that nobody wanted, taken back and made again. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class UndoRollbackTest {
    @TempDir
    Path dir;

    @Test
    void anUndoLeadsBackAndASecondOneForthAgain() throws Exception {
        try (VolsnapCluster cluster = cluster()) {
            Rollback rollback = new Rollback(cluster);
            Wreckage wreckage = new Wreckage(cluster, 111);
            wreckage.fill();
            FileSystemState then = state(cluster);
            cluster.volsnap("-create", "nightly").orThrow();
            wreckage.wreck();
            FileSystemState wrecked = state(cluster);

            rollback.to("nightly");
            state(cluster).assertSameAs(then);
            wreckage.write(Wreckage.file("new", 1), 100_000);
            FileSystemState goneOn = state(cluster);

            String safety = rollback.undo();
            state(cluster).assertSameAs(wrecked);
            assertThat(safety).startsWith("before-undo-");

            rollback.undo();
            state(cluster).assertSameAs(goneOn);
            rollback.to("nightly");
            state(cluster).assertSameAs(then);
            rollback.assertHealthy();
        }
    }

    @Test
    void withoutARollbackOrItsSafetySnapshotThereIsNothingToUndo() throws Exception {
        try (VolsnapCluster cluster = cluster()) {
            new Wreckage(cluster, 112).write(Wreckage.file("kept", 1), 100_000);
            cluster.volsnap("-create", "nightly").orThrow();
            Rollback.assertRefused(
                    cluster.volsnap("-undoRollback"), 2, "RefusedException: there was no rollback: nothing to undo");

            String safety = new Rollback(cluster).toWithRunningDataNodes("nightly");
            cluster.volsnap("-delete", safety).orThrow();
            VolsnapCluster.waitFor(
                    "the end of the deletion",
                    Duration.ofSeconds(30),
                    () -> !cluster.volsnap("-list").out().contains(safety));
            Rollback.assertRefused(cluster.volsnap("-undoRollback"), 2, "was deleted: it can't be undone any more");
        }
    }

    /** Access times are off: reading the tree must not change it. */
    private VolsnapCluster cluster() throws IOException {
        return VolsnapCluster.builder(dir)
                .dataNodes(2)
                .set("dfs.namenode.accesstime.precision", "0")
                .build();
    }

    private static FileSystemState state(VolsnapCluster cluster) throws IOException {
        return FileSystemState.capture(cluster.fileSystem(), "/data");
    }
}
