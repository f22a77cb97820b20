/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** Preserved bytes that rot on the disk, and who finds it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DamageTest {
    private static final int LENGTH = 300_000;

    private static VolsnapCluster cluster;
    private static StoredBytes stored;

    @BeforeAll
    static void start(@TempDir java.nio.file.Path dir) throws IOException {
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(2)
                .storageVolumes(1)
                .set("dfs.replication", "2")
                .build();
        stored = new StoredBytes(cluster);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static ExtendedBlock write(String file) throws IOException {
        Path path = new Path(file);
        DFSTestUtil.createFile(cluster.fileSystem(), path, LENGTH, (short) 2, file.hashCode());
        return DFSTestUtil.getFirstBlock(cluster.fileSystem(), path);
    }

    private static void delete(String path) throws IOException {
        cluster.fileSystem().delete(new Path(path), true);
        cluster.waitForDeletions();
    }

    @Test
    void verifyReadsOnlyWhatIsBelowAPath() throws IOException {
        ExtendedBlock rotten = write("/paths/rotten/file");
        write("/paths/whole/file");
        write("/paths/whole too");
        cluster.fileSystem().mkdirs(new Path("/paths/empty"));
        cluster.volsnap("-create", "paths").orThrow();
        delete("/paths");
        StoredBytes.damage(stored.whole(0, rotten), 1000);
        StoredBytes.damage(stored.whole(1, rotten), 100_000);

        assertVerified("/paths/rotten", 1, "/paths/rotten/file: blk_", "1 files, 1 blocks, 1 files not readable");
        assertVerified("/paths/rotten/file/", 1, "1 files, 1 blocks, 1 files not readable");
        assertVerified("/", 1, "3 files, 3 blocks, 1 files not readable");
        assertVerified("/paths/whole", 0, "1 files, 1 blocks, 0 files not readable");
        assertVerified("/paths/empty", 0, "0 files, 0 blocks, 0 files not readable");
        for (String path : new String[] {"/nowhere", "/paths/who", "/paths/whole/file/below"}) {
            CommandResult refused = cluster.volsnap("-verify", "paths", path);
            assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
            assertThat(refused.err()).endsWith("FileNotFoundException: " + path + " is not in snapshot paths\n");
        }
    }

    private static void assertVerified(String path, int exitCode, String... said) {
        CommandResult verified = cluster.volsnap("-verify", "paths", path);
        assertThat(verified.exitCode()).as(verified.toString()).isEqualTo(exitCode);
        assertThat(verified.out()).contains(said);
    }
}
