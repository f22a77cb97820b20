/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FsShell;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.Block;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.namenode.SafeModeException;
import org.apache.hadoop.hdfs.tools.DFSAdmin;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.util.ToolRunner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/** A mounted snapshot is a file system like any other, as it was at T, and nothing changes it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MountTest {
    private static final String ROOT = "/data";
    private static final int LENGTH = 2_700_001;
    private static final int FLUSHED = 123_457;

    private VolsnapCluster cluster;

    @BeforeEach
    void start(@TempDir Path dir) throws IOException {
        cluster = VolsnapCluster.builder(dir).dataNodes(2).replication(2).build();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void everyStockClientSeesTheFileSystemAsItWasAndCannotChangeIt() throws Exception {
        for (String name : List.of("kept", "appended", "cut", "cut-and-appended", "deleted", "overwritten")) {
            DFSTestUtil.createFile(fileSystem(), file(name), LENGTH, (short) 2, name.hashCode());
        }
        fileSystem().setPermission(file("kept"), new FsPermission((short) 0600));
        fileSystem().setOwner(file("deleted"), "ada", "analysts");
        fileSystem().modifyAclEntries(file("deleted"), AclEntry.parseAclSpec("user:bob:r--", true));
        FileSystemState then = FileSystemState.capture(fileSystem(), ROOT);
        FileChecksum checksum = fileSystem().getFileChecksum(file("deleted"));
        byte[] flushed = DFSTestUtil.calculateFileContentsFromSeed(9, FLUSHED);
        try (FSDataOutputStream open = fileSystem().create(path("/open"))) {
            open.write(flushed);
            open.hflush();
            cluster.volsnap("-create", "first").orThrow();
            open.write(new byte[70_000]);
        }
        change();

        try (MountedSnapshot mounted = MountedSnapshot.mount(cluster, "first")) {
            DistributedFileSystem snapshot = mounted.fileSystem();
            FileSystemState.capture(snapshot, ROOT).assertSameAs(then);
            assertThat(snapshot.getFileChecksum(file("deleted"))).isEqualTo(checksum);
            assertThat(DFSTestUtil.readFileAsBytes(snapshot, path("/open"))).isEqualTo(flushed);
            assertWebHdfsReads();
            assertShellReads(mounted);
            assertUsersArePermittedWhatTheyWere(mounted);
            assertNamespaceRefusesChanges(mounted);
            assertDataNodesRefuseChanges(snapshot);
            assertWhatIsMountedStays(mounted);
        }
    }

    private void change() throws IOException {
        DFSTestUtil.appendFile(fileSystem(), file("appended"), 700_000);
        truncate("cut", 1_500_000);
        truncate("cut-and-appended", 2_400_000);
        DFSTestUtil.appendFile(fileSystem(), file("cut-and-appended"), 900_000);
        fileSystem().delete(file("deleted"), false);
        DFSTestUtil.writeFile(fileSystem(), file("overwritten"), "something else");
        fileSystem().setPermission(file("kept"), new FsPermission((short) 0777));
        cluster.waitForDeletions();
    }

    private void truncate(String name, long length) throws IOException {
        if (!fileSystem().truncate(file(name), length)) {
            await().atMost(Duration.ofMinutes(1)).until(() -> fileSystem().isFileClosed(file(name)));
        }
    }

    private void assertWebHdfsReads() throws IOException {
        String web = cluster.volsnap("-status", "first")
                .orThrow()
                .out()
                .lines()
                .filter(line -> line.startsWith("WebHDFS:"))
                .findFirst()
                .orElseThrow()
                .replaceFirst("WebHDFS: *http", "webhdfs")
                .strip();
        try (FileSystem snapshot = FileSystem.newInstance(URI.create(web), cluster.configuration())) {
            assertThat(DFSTestUtil.readFileAsBytes(snapshot, file("deleted")))
                    .isEqualTo(DFSTestUtil.calculateFileContentsFromSeed("deleted".hashCode(), LENGTH));
        }
    }

    /** Copies what was deleted back to the live file system. */
    private void assertShellReads(MountedSnapshot mounted) throws Exception {
        String from = mounted.uri() + ROOT;
        assertThat(shell("-ls", from)).contains("Found 6 items").contains("ada").contains("analysts");
        assertThat(shell("-checksum", from + "/deleted")).contains("CRC");
        shell("-cp", from + "/deleted", "/back");
        assertThat(DFSTestUtil.readFileAsBytes(fileSystem(), path("/back")))
                .isEqualTo(DFSTestUtil.calculateFileContentsFromSeed("deleted".hashCode(), LENGTH));
    }

    private String shell(String... args) throws Exception {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, UTF_8));
        try {
            assertThat(ToolRunner.run(cluster.configuration(), new FsShell(), args))
                    .isZero();
        } finally {
            System.setOut(out);
        }
        return printed.toString(UTF_8);
    }

    private static void assertUsersArePermittedWhatTheyWere(MountedSnapshot mounted) throws Exception {
        assertThat(DFSTestUtil.getFileSystemAs(UserGroupInformation.createRemoteUser("bob"), mounted.configuration())
                        .open(file("deleted"))
                        .read())
                .isNotNegative();
        assertThatThrownBy(() -> DFSTestUtil.getFileSystemAs(
                                UserGroupInformation.createRemoteUser("bob"), mounted.configuration())
                        .open(file("kept")))
                .isInstanceOf(AccessControlException.class);
    }

    private static void assertNamespaceRefusesChanges(MountedSnapshot mounted) throws Exception {
        DistributedFileSystem snapshot = mounted.fileSystem();
        assertThatThrownBy(() -> snapshot.create(path("/new"))).isInstanceOf(SafeModeException.class);
        assertThatThrownBy(() -> snapshot.delete(file("kept"), false)).hasMessageContaining("safe mode");
        assertThatThrownBy(() -> snapshot.append(file("kept"))).hasMessageContaining("safe mode");
        assertThat(ToolRunner.run(new DFSAdmin(mounted.configuration()), new String[] {"-safemode", "leave"}))
                .isNotZero();
        assertThat(ToolRunner.run(new DFSAdmin(mounted.configuration()), new String[] {"-safemode", "forceExit"}))
                .isNotZero();
        assertThatThrownBy(() -> snapshot.mkdirs(path("/new"))).hasMessageContaining("safe mode");
    }

    /** Whatever a NameNode says. */
    private void assertDataNodesRefuseChanges(DistributedFileSystem snapshot) throws IOException {
        ExtendedBlock block =
                snapshot.getClient().getLocatedBlocks(ROOT + "/kept", 0).get(0).getBlock();
        FsDatasetSpi<?> dataset = cluster.dataNodes().get(0).getFSDataset();
        long stamp = block.getGenerationStamp() + 1;
        assertThatThrownBy(() -> dataset.append(block, stamp, block.getNumBytes()))
                .hasMessageContaining("read-only");
        assertThatThrownBy(() -> dataset.invalidate(block.getBlockPoolId(), new Block[] {block.getLocalBlock()}))
                .hasMessageContaining("read-only");
        assertThatThrownBy(() -> dataset.createTemporary(null, null, block, false))
                .hasMessageContaining("read-only");
        assertThat(dataset.isValidBlock(block)).isTrue();
    }

    private void assertWhatIsMountedStays(MountedSnapshot mounted) {
        assertThat(cluster.volsnap("-list").out()).contains("Mounted: first at " + mounted.uri());
        assertThat(cluster.volsnap("-delete", "first").err()).contains("is mounted at " + mounted.uri());
        assertThat(cluster.volsnap("-delete", "-dryRun", "first").err()).contains("is mounted at");
        assertThat(cluster.volsnap("-prepareRollback", "-force", "first").err()).contains("-umount first");
        assertThat(cluster.volsnap("-mount", "first").err()).contains("is mounted at " + mounted.uri());
    }

    private DistributedFileSystem fileSystem() throws IOException {
        return cluster.fileSystem();
    }

    private static org.apache.hadoop.fs.Path file(String name) {
        return path(ROOT + "/" + name);
    }

    private static org.apache.hadoop.fs.Path path(String path) {
        return new org.apache.hadoop.fs.Path(path);
    }
}
