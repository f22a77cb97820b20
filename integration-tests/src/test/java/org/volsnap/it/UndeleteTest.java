/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** What was deleted is found in the newest snapshot that has it. */
class UndeleteTest {
    @TempDir
    Path dir;

    @Test
    void whatWasDeletedComesBackFromTheNewestSnapshotThatHasIt() throws Exception {
        try (VolsnapCluster cluster =
                VolsnapCluster.builder(dir.resolve("cluster")).dataNodes(2).build()) {
            DistributedFileSystem fileSystem = cluster.fileSystem();
            Wreckage wreckage = new Wreckage(cluster, 32);
            wreckage.write(path("/data/in/early"), 1000);
            wreckage.write(path("/data/in/late"), 2000);
            cluster.volsnap("-create", "first").orThrow();
            FileSystemState first = FileSystemState.capture(fileSystem, "/data/in");
            fileSystem.delete(path("/data/in/early"), false);
            wreckage.write(path("/data/in/late"), 3000);
            cluster.volsnap("-create", "second").orThrow();
            String late = FileSystemState.sha256(fileSystem, path("/data/in/late"));
            fileSystem.delete(path("/data"), true);

            CommandResult newest = cluster.volsnap("-undelete", "/data/in/late").orThrow();
            assertThat(newest.out()).startsWith("Undeleting /data/in/late from second of ");
            assertThat(FileSystemState.sha256(fileSystem, path("/data/in/late")))
                    .isEqualTo(late);

            CommandResult older = cluster.volsnap("-undelete", "/data/in/early").orThrow();
            assertThat(older.out()).startsWith("Undeleting /data/in/early from first of ");
            assertThat(older.err()).containsSubsequence("looking into second", "looking into first");
            assertThat(FileSystemState.capture(fileSystem, "/data/in/early").lines())
                    .isEqualTo(first.lines().subMap("/data/in/early", "/data/in/early~"));

            assertRefused(
                    cluster.volsnap("-undelete", "/data/in"),
                    "RefusedException: /data/in is there: what a snapshot has of it is brought back by -restore, with -to DIR"
                            + " beside it");
            assertRefused(
                    cluster.volsnap("-undelete", "/data/never"),
                    "RefusedException: /data/never is in none of 2 snapshots");
        }
    }

    private static void assertRefused(CommandResult result, String line) {
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err().lines()).last().isEqualTo(line);
        assertThat(result.out()).isEmpty();
    }

    private static org.apache.hadoop.fs.Path path(String path) {
        return new org.apache.hadoop.fs.Path(path);
    }
}
