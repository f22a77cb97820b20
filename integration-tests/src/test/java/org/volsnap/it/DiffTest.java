/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** What differs between two snapshots, and between a snapshot and now. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DiffTest {
    @TempDir
    Path dir;

    @Test
    void printsWhatDiffersInBothDirections() throws Exception {
        // Each read is noted as an access time, and is no difference.
        try (VolsnapCluster cluster = VolsnapCluster.builder(dir)
                .dataNodes(1)
                .set("dfs.namenode.accesstime.precision", "1")
                .build()) {
            DistributedFileSystem fs = cluster.fileSystem();
            for (String file : List.of("a", "dir/b", "dir/c", "gone/x", "old", "replaced")) {
                write(fs, "/data/" + file, 1000);
            }
            cluster.volsnap("-create", "first").orThrow();
            change(fs);
            cluster.volsnap("-create", "second").orThrow();
            fs.delete(path("/data/fresh"), false);

            assertThat(lines(cluster.volsnap("-diff", "first", "second")))
                    .containsExactly(
                            "Difference between snapshot first and snapshot second under directory /:",
                            "M\t./data",
                            "M\t./data/a",
                            "M\t./data/dir",
                            "M\t./data/dir/b",
                            "+\t./data/fresh",
                            "-\t./data/gone",
                            "-\t./data/gone/x",
                            "R\t./data/old -> ./data/dir/new",
                            "M\t./data/replaced");
            assertThat(lines(cluster.volsnap("-diff", "second", "first")))
                    .hasSize(10)
                    .contains("-\t./data/fresh", "+\t./data/gone/x", "R\t./data/dir/new -> ./data/old");
            assertThat(lines(cluster.volsnap("-diff", "second")))
                    .containsExactly(
                            "Difference between snapshot second and now under directory /:",
                            "M\t./data",
                            "-\t./data/fresh");
            assertThat(lines(cluster.volsnap("-diff", ".", "second"))).contains("+\t./data/fresh");
            assertRefusals(cluster);
        }
    }

    private static void change(DistributedFileSystem fs) throws IOException {
        try (FSDataOutputStream out = fs.append(path("/data/a"))) {
            out.write(1);
        }
        fs.setPermission(path("/data/dir/b"), new FsPermission("600"));
        fs.open(path("/data/dir/c")).close();
        fs.delete(path("/data/gone"), true);
        fs.rename(path("/data/old"), path("/data/dir/new"));
        write(fs, "/data/replaced", 1000);
        write(fs, "/data/fresh", 10);
    }

    private static void assertRefusals(VolsnapCluster cluster) {
        assertRefused(cluster.volsnap("-diff"), 1, "The name of a snapshot is missing");
        assertRefused(cluster.volsnap("-diff", "first", "first"), 1, "Nothing differs from itself");
        assertRefused(cluster.volsnap("-diff", "first", "second", "third"), 1, "Too many arguments");
        assertRefused(cluster.volsnap("-diff", "nothing"), 2, "RefusedException: no snapshot named nothing");
        assertRefused(cluster.volsnap("-diff", "first", "nothing"), 2, "RefusedException: no snapshot named nothing");
    }

    private static void assertRefused(CommandResult result, int exitCode, String message) {
        assertThat(result.exitCode()).isEqualTo(exitCode);
        assertThat(result.err()).contains(message);
        assertThat(result.out()).isEmpty();
    }

    private static List<String> lines(CommandResult result) {
        result.orThrow();
        return result.out().lines().toList();
    }

    private static void write(DistributedFileSystem fs, String file, int length) throws IOException {
        try (FSDataOutputStream out = fs.create(path(file), true)) {
            out.write(new byte[length]);
        }
    }

    private static org.apache.hadoop.fs.Path path(String path) {
        return new org.apache.hadoop.fs.Path(path);
    }
}
