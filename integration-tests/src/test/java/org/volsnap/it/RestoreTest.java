/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.apache.hadoop.test.MetricsAsserts.getLongCounter;
import static org.apache.hadoop.test.MetricsAsserts.getMetrics;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.CommandLine;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** Single paths are brought back from a snapshot, by the commands that an operator types, while the cluster is in use. */
class RestoreTest {
    private static final int BLOCK_BYTES = 128 * 1024;

    @TempDir
    static Path dir;

    private static VolsnapCluster cluster;
    private static DistributedFileSystem fileSystem;

    private Wreckage wreckage;

    @BeforeAll
    static void start() throws IOException {
        cluster = VolsnapCluster.builder(dir.resolve("cluster"))
                .dataNodes(2)
                .blockSize(BLOCK_BYTES)
                .build();
        fileSystem = cluster.fileSystem();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void clear() throws IOException {
        fileSystem.delete(path("/data"), true);
        fileSystem.delete(path("/back"), true);
        wreckage = new Wreckage(cluster, 31);
    }

    @Test
    void whatWasDestroyedSinceComesBackAndWhatIsAsItWasIsNotTouched() throws Exception {
        makeTree();
        FileSystemState then = FileSystemState.capture(fileSystem, "/data");
        cluster.volsnap("-create", "many").orThrow();
        cluster.volsnap("-mount", "many").orThrow();
        assertNobodyIsAskedForChecksums(
                () -> cluster.volsnap("-restore", "many", "/data").orThrow());
        destroy();
        cluster.waitForDeletions();

        CommandResult dry = cluster.volsnap("-restore", "many", "/data", "-overwrite", "-dryRun");
        assertThat(dry.exitCode()).isZero();
        assertThat(dry.out().lines())
                .contains(
                        "copy /data/deleted/",
                        "copy /data/deleted/a (300 K)",
                        "replace /data/overwritten (300 K)",
                        "cut /data/appended (70 K)",
                        "extend /data/truncated (200 K)",
                        "set attributes of /data/attributes (permissions, ACL, extended attributes)",
                        "Nothing was changed")
                .noneMatch(line -> line.contains("/data/kept"));

        CommandResult careful = cluster.volsnap("-restore", "many", "/data");
        assertThat(careful.exitCode()).isEqualTo(1);
        assertThat(careful.out().lines())
                .contains(
                        "leave alone /data/appended: is longer now, by 71680 bytes",
                        "leave alone /data/overwritten: has another content now");
        assertThat(careful.err()).doesNotContain("Exception");

        CommandResult bold = cluster.volsnap("-restore", "many", "/data", "-overwrite", "-threads", "2");
        assertThat(bold.exitCode()).as(bold.err() + bold.out()).isZero();
        assertThat(bold.out()).containsPattern("Replaced +1 +0 +307200").containsPattern("Cut +1 +0 +71680");
        fileSystem.delete(path("/data/new"), false);
        CommandResult again = cluster.volsnap("-restore", "many", "/data", "-overwrite");
        assertThat(again.exitCode()).isZero();
        assertThat(again.out()).containsPattern("Copied +0 +0 +0");
        FileSystemState.capture(fileSystem, "/data").assertSameAs(then);
        assertRefused(
                cluster.volsnap("-restore", "many", "/data/no"),
                "FileNotFoundException: /data/no is not in the snapshot");
        assertRefused(
                cluster.volsnap("-restore", "many", "/data/kept", "-to", "/data/appended"),
                "IOException: /data/appended is a file now: /data/appended/kept can't come below it");
        cluster.volsnap("-umount", "many").orThrow();
        cluster.volsnap("-delete", "many").orThrow();
    }

    /** Blocks say that a file is what it was. */
    private static void assertNobodyIsAskedForChecksums(Runnable work) {
        long before = checksumsAsked();
        work.run();
        assertThat(checksumsAsked()).isEqualTo(before);
    }

    private static long checksumsAsked() {
        return cluster.dataNodes().stream()
                .mapToLong(node -> getLongCounter(
                        "BlockChecksumOpNumOps", getMetrics(node.getMetrics().name())))
                .sum();
    }

    private void makeTree() throws IOException {
        for (String name :
                List.of("kept", "deleted/a", "deleted/in/b", "appended", "truncated", "overwritten", "attributes")) {
            wreckage.write(path("/data/" + name), 300 * 1024);
        }
        fileSystem.setOwner(path("/data/deleted/a"), "alice", "staff");
        fileSystem.setXAttr(path("/data/attributes"), "user.kind", new byte[] {1});
        fileSystem.setAcl(
                path("/data/attributes"), AclEntry.parseAclSpec("user::rw-,user:bob:r--,group::r--,other::---", true));
    }

    private void destroy() throws IOException {
        fileSystem.delete(path("/data/deleted"), true);
        wreckage.append(path("/data/appended"), 70 * 1024);
        wreckage.truncate(path("/data/truncated"), 100 * 1024);
        wreckage.write(path("/data/overwritten"), 300 * 1024);
        fileSystem.removeAcl(path("/data/attributes"));
        fileSystem.setPermission(path("/data/attributes"), new FsPermission((short) 0777));
        fileSystem.setXAttr(path("/data/attributes"), "user.kind", new byte[] {2});
        wreckage.write(path("/data/new"), 1000);
    }

    /** A snapshot that nobody has mounted is mounted for it, and not longer. */
    @Test
    void oneFileComesBackBesideAndNothingStaysMounted() throws Exception {
        wreckage.write(path("/data/in/file"), 5000);
        String content = FileSystemState.sha256(fileSystem, path("/data/in/file"));
        FSDataOutputStream open = fileSystem.create(path("/data/open"));
        open.write(new byte[3000]);
        open.hflush();
        cluster.volsnap("-create", "one").orThrow();
        open.write(new byte[100]);
        open.close();
        wreckage.write(path("/data/in/file"), 6000);

        cluster.volsnap("-restore", "one", "/data/in/file", "/data/open", "-to", "/back")
                .orThrow();

        assertThat(FileSystemState.sha256(fileSystem, path("/back/file"))).isEqualTo(content);
        assertThat(fileSystem.getFileStatus(path("/back/open")).getLen()).isEqualTo(3000);
        assertThat(fileSystem.getFileStatus(path("/data/in/file")).getLen()).isEqualTo(6000);
        assertRefused(cluster.volsnap("-restore", "none", "/data"), "RefusedException: no snapshot named none");
        assertNotMounted("one");
        cluster.volsnap("-delete", "one").orThrow();
    }

    private static void assertRefused(CommandResult result, String line) {
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err().lines()).last().isEqualTo(line);
        assertThat(result.out()).isEmpty();
    }

    /** A mounted snapshot can't be deleted. */
    private static void assertNotMounted(String snapshot) {
        assertThat(cluster.volsnap("-umount", snapshot).exitCode()).isEqualTo(2);
    }

    @Test
    void whatWasKilledInTheMiddleIsTypedAgain() throws Exception {
        makeTree();
        FileSystemState then = FileSystemState.capture(fileSystem, "/data");
        cluster.volsnap("-create", "killed").orThrow();
        fileSystem.delete(path("/data"), true);

        CommandResult killed = runForked(ending(3, "KILL"), "-restore", "killed", "/data", "-threads", "2");
        assertThat(killed.exitCode()).isEqualTo(EndingFileSystem.EXIT_CODE);
        FileSystemState.capture(fileSystem, "/data").assertDiffersFrom(then);

        cluster.volsnap("-restore", "killed", "/data").orThrow();
        FileSystemState.capture(fileSystem, "/data").assertSameAs(then);
        cluster.volsnap("-umount", "killed").orThrow(); // the killed one has left it
        cluster.volsnap("-delete", "killed").orThrow();
    }

    @Test
    void whatIsInterruptedUnmounts() throws Exception {
        makeTree();
        FileSystemState then = FileSystemState.capture(fileSystem, "/data");
        cluster.volsnap("-create", "interrupted").orThrow();
        fileSystem.delete(path("/data"), true);

        CommandResult interrupted = runForked(ending(2, "TERM"), "-restore", "interrupted", "/data");

        assertThat(interrupted.exitCode()).isEqualTo(143);
        assertThat(interrupted.err()).doesNotContain("Exception");
        FileSystemState.capture(fileSystem, "/data").assertDiffersFrom(then);
        assertNotMounted("interrupted");
        cluster.volsnap("-delete", "interrupted").orThrow();
    }

    private static Configuration ending(int renames, String signal) {
        Configuration conf = cluster.configuration();
        conf.set("fs.hdfs.impl", EndingFileSystem.class.getName());
        conf.setInt(EndingFileSystem.RENAMES, renames);
        conf.set(EndingFileSystem.SIGNAL, signal);
        return conf;
    }

    private static CommandResult runForked(Configuration conf, String... args) throws Exception {
        return CommandLine.runForked(conf, dir, args);
    }

    private static org.apache.hadoop.fs.Path path(String path) {
        return new org.apache.hadoop.fs.Path(path);
    }
}
