/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.CommandLine;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** Commands that load a namespace, each in a process of its own, where no NameNode has set anything up. */
class OwnProcessTest {
    private static final Path KEPT = new Path("/kept");
    private static final Path DELETED = new Path("/deleted");

    @TempDir
    java.nio.file.Path directory;

    private VolsnapCluster cluster;
    private byte[] deleted;

    @BeforeEach
    void takeASnapshotAndDeleteAFile() throws Exception {
        cluster = VolsnapCluster.builder(directory.resolve("cluster"))
                .dataNodes(2)
                .set("dfs.replication", "2")
                .build();
        Files.createDirectories(directory.resolve("process"));
        DistributedFileSystem fileSystem = cluster.fileSystem();
        DFSTestUtil.createFile(fileSystem, KEPT, 2_500_000, (short) 2, 1);
        DFSTestUtil.createFile(fileSystem, DELETED, 1_500_000, (short) 2, 2);
        deleted = DFSTestUtil.readFileAsBytes(fileSystem, DELETED);
        cluster.volsnap("-create", "s").orThrow();
        fileSystem.delete(DELETED, false);
        cluster.waitForDeletions();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void verifyFindsEveryBlockOfTheSnapshotAlsoThoseOfADeletedFile() throws Exception {
        CommandResult result = run("-verify", "s");

        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).isEqualTo("Verified s: 2 files, 5 blocks, 0 files not readable\n");
    }

    @Test
    void verifyNamesAFileOfWhichNoReplicaIsRight() throws Exception {
        String block = DFSTestUtil.getFirstBlock(cluster.fileSystem(), KEPT)
                .getLocalBlock()
                .getBlockName();
        for (int node = 0; node < 2; node++) {
            for (java.nio.file.Path volume : cluster.storageVolumes(node)) {
                damage(volume.resolve("current"), block);
            }
        }

        CommandResult result = run("-verify", "s");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out())
                .startsWith("/kept: blk_")
                .contains(" is bad on 2 DataNodes: ")
                .endsWith("Verified s: 2 files, 5 blocks, 1 files not readable\n");
    }

    @Test
    void rollbackIsRefusedWhileANameNodeHoldsTheDirectories() throws Exception {
        CommandResult result = run("-rollback", "s");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains("RefusedException: a NameNode holds "
                        + cluster.nameDirs().get(0));
    }

    @Test
    void rollbackBringsADeletedFileBack() throws Exception {
        cluster.volsnap("-prepareRollback", "s").orThrow();
        cluster.stopDataNodes();
        cluster.stopNameNode();

        CommandResult result = run("-rollback", "s");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).startsWith("Rolled the namespace back to s: rollback 1, ");

        cluster.startNameNode();
        cluster.startDataNodes();
        cluster.waitActive();
        assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), DELETED)).isEqualTo(deleted);
    }

    private static void damage(java.nio.file.Path directory, String fileName) throws IOException {
        try (Stream<java.nio.file.Path> files = Files.walk(directory)) {
            for (java.nio.file.Path file : files.filter(
                            each -> each.getFileName().toString().equals(fileName))
                    .toList()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
        }
    }

    private CommandResult run(String... args) throws IOException, InterruptedException {
        return CommandLine.runForked(cluster.configuration(), directory.resolve("process"), args);
    }
}
