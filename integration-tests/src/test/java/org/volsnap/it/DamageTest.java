/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.DatanodeID;
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
        cluster = VolsnapCluster.builder(dir).dataNodes(3).storageVolumes(1).build();
        stored = new StoredBytes(cluster);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static ExtendedBlock write(String file, int replication) throws IOException {
        Path path = new Path(file);
        DFSTestUtil.createFile(cluster.fileSystem(), path, LENGTH, (short) replication, file.hashCode());
        return DFSTestUtil.getFirstBlock(cluster.fileSystem(), path);
    }

    private static void delete(String path) throws IOException {
        cluster.fileSystem().delete(new Path(path), true);
        cluster.waitForDeletions();
    }

    @Test
    void verifyReadsOnlyWhatIsBelowAPath() throws IOException {
        ExtendedBlock rotten = write("/paths/rotten/file", 3);
        write("/paths/whole/file", 2);
        write("/paths/whole too", 1);
        cluster.fileSystem().mkdirs(new Path("/paths/empty"));
        cluster.volsnap("-create", "paths").orThrow();
        delete("/paths");
        StoredBytes.damage(stored.whole(0, rotten), 1000);
        StoredBytes.damage(stored.whole(1, rotten), 100_000);
        StoredBytes.damage(stored.whole(2, rotten), LENGTH - 1);

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

    @Test
    void aLiveReplicaThatVerifyFindsRottenIsReplacedByHdfs() throws IOException {
        ExtendedBlock block = write("/live", 2);
        cluster.volsnap("-create", "live").orThrow();
        String holder = holders("/live").get(0);
        int rotten = IntStream.range(0, 3)
                .filter(node -> cluster.dataNodes().get(node).getDatanodeUuid().equals(holder))
                .findFirst()
                .orElseThrow();
        StoredBytes.damage(stored.live(rotten, block), 100_000);

        assertThat(cluster.volsnap("-verify", "live").orThrow().out()).contains("0 files not readable");

        await().atMost(Duration.ofSeconds(90))
                .until(() -> holders("/live"), holders -> holders.size() == 2 && !holders.contains(holder));
        assertThat(cluster.volsnap("-verify", "live").orThrow().out()).contains("0 files not readable");
    }

    /** The DataNodes that a client is sent to. */
    private static List<String> holders(String file) throws IOException {
        return Stream.of(DFSTestUtil.getAllBlocks(cluster.fileSystem(), new Path(file))
                        .get(0)
                        .getLocations())
                .map(DatanodeID::getDatanodeUuid)
                .toList();
    }

    private static void assertVerified(String path, int exitCode, String... said) {
        CommandResult verified = cluster.volsnap("-verify", "paths", path);
        assertThat(verified.exitCode()).as(verified.toString()).isEqualTo(exitCode);
        assertThat(verified.out()).contains(said);
    }
}
