/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;
import org.volsnap.testing.VolsnapHaCluster;

/** One HA cluster for all cases; each leaves one NameNode active and says which by {@link #active}. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HaFailoverTest {
    private static VolsnapHaCluster cluster;
    private static DistributedFileSystem fileSystem;
    private static int active;

    @BeforeAll
    static void start(@TempDir Path dir) throws IOException {
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(2)
                .storageVolumes(1)
                .blockSize(1 << 16)
                .set("dfs.replication", "2")
                .set("dfs.namenode.accesstime.precision", "0")
                .set("dfs.namenode.volsnap.create.timeout", "30s")
                .buildHa();
        fileSystem = cluster.fileSystem();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static void failOver() throws IOException {
        int next = 1 - active;
        cluster.failOver(active, next);
        active = next;
    }

    private static void write(String path, int length, long seed) throws IOException {
        DFSTestUtil.createFile(fileSystem, new org.apache.hadoop.fs.Path(path), length, (short) 2, seed);
    }

    private static void delete(String path) throws IOException {
        fileSystem.delete(new org.apache.hadoop.fs.Path(path), true);
        cluster.waitForDeletions(active);
    }

    private static List<String> snapshots() {
        return cluster.volsnap("-list").orThrow().out().lines().toList();
    }

    private static void assertVerified(String name) {
        CommandResult verified = cluster.volsnap("-verify", name);
        assertThat(verified.exitCode()).as(verified.toString()).isZero();
    }

    @Test
    @Order(1)
    void theRegistryGoesOnAfterAFailover() throws IOException {
        write("/before/a", 150_000, 1);
        cluster.volsnap("-create", "first").orThrow();

        failOver();

        assertThat(snapshots()).anyMatch(line -> line.contains("first") && line.contains("ACTIVE"));
        delete("/before/a");
        VolsnapCluster.waitFor("both copies of the namespace", Duration.ofSeconds(30), () -> keepers("first") == 2);
        assertVerified("first");
    }

    /** The transactions of /before were written by the other NameNode: this one has them from the JournalNodes only. */
    @Test
    @Order(2)
    void aNameNodeThatBecameActiveTakesSnapshots() throws IOException {
        write("/after/b", 150_000, 2);
        cluster.volsnap("-create", "second").orThrow();

        delete("/after/b");

        assertVerified("second");
        assertThat(snapshots()).anyMatch(line -> line.contains("second") && line.contains("ACTIVE"));
    }

    /**
     * What DataNodes told this NameNode in its earlier term says nothing about their leases: all of them are waited
     * for, and nothing that is deleted right after the snapshot is missed.
     */
    @Test
    @Order(3)
    void aNameNodeThatIsActiveAgainWaitsForAllDataNodes() throws Exception {
        write("/again/c", 150_000, 3);
        failOver();
        cluster.volsnap("-create", "third").orThrow();

        delete("/again/c");

        assertVerified("third");
        assertThat(lost("third")).isZero();
    }

    @Test
    @Order(4)
    void aCreationThatAFailoverInterruptsIsTakenUpByTheNewActiveOne() throws Exception {
        write("/middle/d", 100_000, 4);
        stopPolls();
        CompletableFuture<CommandResult> create =
                CompletableFuture.supplyAsync(() -> cluster.volsnap("-create", "interrupted"));
        VolsnapCluster.waitFor(
                "the creation to begin",
                Duration.ofSeconds(20),
                () -> snapshots().stream().anyMatch(line -> line.contains("interrupted")));

        failOver();
        cluster.startDataNodes();

        CommandResult created = create.get();
        assertThat(created.exitCode()).as(created.toString()).isZero();
        assertThat(snapshots().stream().filter(line -> line.contains("interrupted")))
                .hasSize(1)
                .allMatch(line -> line.contains("ACTIVE"));
        assertVerified("interrupted");
        assertVerified("first");
    }

    /** A DataNode that is live for the NameNode and does not answer holds a creation up. */
    private static void stopPolls() {
        cluster.stopDataNodes();
    }

    @Test
    @Order(5)
    void aDeletionGoesOnAfterAFailover() throws IOException {
        cluster.volsnap("-delete", "second").orThrow();

        failOver();

        VolsnapCluster.waitFor(
                "the deletion",
                Duration.ofSeconds(30),
                () -> snapshots().stream().noneMatch(line -> line.contains("second")));
        assertVerified("first");
        assertVerified("third");
        VolsnapCluster.waitFor("no copy of the namespace", Duration.ofSeconds(30), () -> keepers("second") == 0);
    }

    /** Its last segment of edits is open; the other finishes it, as after every kill. */
    @Test
    @Order(6)
    void theOtherGoesOnWhereAKilledNameNodeEnded() throws Exception {
        write("/killed/e", 150_000, 5);
        cluster.volsnap("-create", "last").orThrow();
        VolsnapCluster.waitFor("both copies of the namespace", Duration.ofSeconds(30), () -> keepers("last") == 2);
        int killed = active;
        cluster.killNameNode(killed);
        active = 1 - killed;
        cluster.activate(active);

        delete("/killed/e");
        assertThat(snapshots()).anyMatch(line -> line.contains("last") && line.contains("ACTIVE"));
        cluster.waitForFollowing();
        assertVerified("last");
        assertThat(lost("last")).isZero();
        cluster.volsnap("-create", "afterwards").orThrow();

        cluster.startNameNode(killed);
        failOver();
        cluster.waitForDataNodes();
        new HaFiles(cluster).awaitWritable(active);
        cluster.waitForFollowing();

        assertVerified("last");
        assertVerified("afterwards");
        VolsnapCluster.waitFor(
                "both copies of the namespace", Duration.ofSeconds(30), () -> keepers("afterwards") == 2);
    }

    /** How many NameNodes keep the namespace of a snapshot. */
    private static long keepers(String name) {
        return Stream.of(0, 1)
                .flatMap(nameNode ->
                        cluster.mini().getNameDirs(nameNode).stream().limit(1))
                .map(nameDir -> new File(new File(nameDir), "volsnap").list((dir, file) -> file.endsWith("-" + name)))
                .filter(found -> found != null && found.length == 1)
                .count();
    }

    private static int lost(String name) {
        return cluster.volsnap("-status", name)
                .orThrow()
                .out()
                .lines()
                .filter(line -> line.strip().startsWith("Lost:"))
                .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
