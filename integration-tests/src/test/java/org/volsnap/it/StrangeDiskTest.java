/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.ClusterBuilder;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/**
 * Three DataNodes with two storage volumes each, every block on all. One of them comes back without its disks, or with
 * one that is not its own. HDFS goes on as it would without volsnap, and no snapshot returns a byte that was not there.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StrangeDiskTest {
    private static final int DATANODES = 3;
    private static final int FILES = 8;
    private static final String ROOT = "/data";
    private static final String NAME = "nightly";

    @TempDir
    Path dir;

    private VolsnapCluster cluster;
    private FileSystemState then;

    @BeforeEach
    void start() throws IOException {
        cluster = builder("here").build();
        Wreckage wreckage = new Wreckage(cluster, 101);
        for (int i = 0; i < FILES; i++) {
            wreckage.write(file(i), 100_000 + i);
        }
        then = FileSystemState.capture(cluster.fileSystem(), ROOT);
        cluster.volsnap("-create", NAME).orThrow();
        for (int i = 0; i + 3 < FILES; i += 4) {
            wreckage.append(file(i), 10_000);
            wreckage.truncate(file(i + 1), 50_001);
            cluster.fileSystem().delete(file(i + 2), false);
        }
        cluster.waitForDeletions();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void aDataNodeThatWasImagedAnewIsANewOne() throws Exception {
        String uuid = cluster.dataNodes().get(1).getDatanodeUuid();
        List<Path> volumes = cluster.storageVolumes(1);
        cluster.stopDataNode(1);
        for (Path volume : volumes) {
            MoreFiles.deleteDirectoryContents(volume, RecursiveDeleteOption.ALLOW_INSECURE);
        }
        cluster.startDataNodes();
        cluster.waitActive();

        assertThat(cluster.dataNodes()).extracting(DataNode::getDatanodeUuid).doesNotContain(uuid);
        cluster.waitForFollowing();
        assertThat(cluster.volsnap("-status", NAME).orThrow().out()).contains(" RECORDED");
        cluster.volsnap("-create", "later").orThrow();
        awaitAllReplicas();
        assertVerifiesAndRollsBack();
    }

    @Test
    void aDiskOfAnotherDataNodeIsRefusedAsStockHdfsRefusesIt() throws Exception {
        Path own = cluster.storageVolumes(0).get(1);
        Path other = cluster.storageVolumes(1).get(1);
        cluster.stopDataNodes();
        moveInto(own, other);
        cluster.startDataNodes();
        cluster.waitActive();

        assertThat(cluster.dataNodes().get(0).getFSDataset().getNumFailedVolumes())
                .isEqualTo(1);
        cluster.waitForFollowing();
        awaitAllReplicas();
        assertVerifiesAndRollsBack();
    }

    @Test
    void oneThatWasMadeToLookLikeAnOwnOneServesItsReplicasAndItsStoreIsRefused() throws Exception {
        Path own = cluster.storageVolumes(0).get(1);
        Path other = cluster.storageVolumes(1).get(1);
        String strange = cluster.dataNodes().get(1).getDatanodeUuid();
        String uuid = cluster.dataNodes().get(0).getDatanodeUuid();
        cluster.stopDataNodes();
        SortedMap<String, String> kept = contentOf(other.resolve("volsnap"));
        moveInto(own, other);
        Path version = own.resolve("current/VERSION");
        Files.writeString(version, Files.readString(version).replace(strange, uuid));
        cluster.startDataNodes();
        cluster.waitActive();

        cluster.waitForFollowing();
        assertThat(cluster.dataNodes().get(0).getFSDataset().getNumFailedVolumes())
                .isZero();
        assertThat(cluster.volsnap("-status").out())
                .containsPattern("no snapshot store on " + Pattern.quote(own.toString()) + ": .*datanode uuid");
        awaitAllReplicas();
        assertVerifiesAndRollsBack();
        assertThat(contentOf(own.resolve("volsnap")))
                .as("it may be wanted where it came from")
                .isEqualTo(kept);
    }

    @Test
    void aDiskOfAnotherClusterIsRefusedAsStockHdfsRefusesItAndNothingOnItIsTouched() throws Exception {
        Path strange = diskOfAnotherCluster();
        Path own = cluster.storageVolumes(0).get(1);
        cluster.stopDataNodes();
        moveInto(own, strange);
        SortedMap<String, String> before = contentOf(own.resolve("volsnap"));
        cluster.startDataNodes();
        cluster.waitActive();

        assertThat(cluster.dataNodes().get(0).getFSDataset().getNumFailedVolumes())
                .isEqualTo(1);
        cluster.waitForFollowing();
        awaitAllReplicas();
        assertVerifiesAndRollsBack();
        assertThat(contentOf(own.resolve("volsnap"))).isEqualTo(before);
    }

    private Path diskOfAnotherCluster() throws IOException {
        try (VolsnapCluster other = builder("there").clusterId("another").build()) {
            Wreckage wreckage = new Wreckage(other, 102);
            wreckage.write(file(0), 100_000);
            other.volsnap("-create", NAME).orThrow();
            wreckage.append(file(0), 1000);
            return other.storageVolumes(0).get(1);
        }
    }

    private ClusterBuilder builder(String name) {
        return VolsnapCluster.builder(dir.resolve(name))
                .dataNodes(DATANODES)
                .set("dfs.replication", Integer.toString(DATANODES))
                .set("dfs.datanode.failed.volumes.tolerated", "1")
                .set("dfs.namenode.accesstime.precision", "0");
    }

    private static void moveInto(Path place, Path disk) throws IOException {
        MoreFiles.deleteRecursively(place, RecursiveDeleteOption.ALLOW_INSECURE);
        Files.move(disk, place);
        Files.createDirectories(disk);
    }

    /**
     * Every file below a directory with its bytes, but for what a DataNode notes of rollbacks on every storage volume.
     */
    private static SortedMap<String, String> contentOf(Path directory) {
        SortedMap<String, String> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("registry")) {
                    content.put(
                            directory.relativize(file).toString(),
                            HexFormat.of().formatHex(Files.readAllBytes(file)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return content;
    }

    private void assertVerifiesAndRollsBack() throws Exception {
        CommandResult verify = cluster.volsnap("-verify", NAME);
        assertThat(verify.exitCode()).as(verify.toString()).isZero();
        new Rollback(cluster).toWithRunningDataNodes(NAME);
        FileSystemState.capture(cluster.fileSystem(), ROOT).assertSameAs(then);
    }

    private void awaitAllReplicas() {
        VolsnapCluster.waitFor(
                "replication",
                Duration.ofSeconds(90),
                () -> cluster.nameNode().getNamesystem().getUnderReplicatedBlocks() == 0
                        && cluster.nameNode().getNamesystem().getPendingReplicationBlocks() == 0);
    }

    private static org.apache.hadoop.fs.Path file(int number) {
        return new org.apache.hadoop.fs.Path(ROOT, "file" + number);
    }
}
