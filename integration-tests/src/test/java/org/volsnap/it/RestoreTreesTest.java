/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.crypto.key.KeyProvider;
import org.apache.hadoop.crypto.key.KeyProviderFactory;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.ChecksumOpt;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.QuotaExceededException;
import org.apache.hadoop.util.DataChecksum;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.restore.Outcome;
import org.volsnap.restore.Restore;
import org.volsnap.restore.RestoreRequest;
import org.volsnap.testing.VolsnapCluster;

/**
 * The engine of a restore between any two trees: one nameservice of a federation stands for the snapshot, the other one is
 * live. Blocks are others on both sides, so all is told by content here.
 */
class RestoreTreesTest {
    private static final int BLOCK_BYTES = 64 * 1024;
    private static final String KEY = "key";
    private static final String CODING = "XOR-2-1-1024k";

    @TempDir
    static Path dir;

    private static VolsnapCluster cluster;
    private static DistributedFileSystem then;
    private static DistributedFileSystem live;

    private final Random random = new Random(7);

    @BeforeAll
    static void start() throws Exception {
        String keys = "jceks://file" + dir.resolve("keys.jks").toUri().getPath();
        createKey(keys);
        cluster = VolsnapCluster.builder(dir)
                .nameservices(2)
                .plugin(false)
                .blockSize(BLOCK_BYTES)
                .set("dfs.ls.limit", "5") // so that small directories have pages
                .set("hadoop.security.key.provider.path", keys)
                .build();
        then = open(cluster);
        live = open(cluster.nameservice(1));
        then.enableErasureCodingPolicy(CODING);
        live.enableErasureCodingPolicy(CODING);
    }

    /** Before anybody reads the key store: it is read once. */
    private static void createKey(String keys) throws Exception {
        Configuration conf = new Configuration();
        KeyProvider provider = KeyProviderFactory.get(URI.create(keys), conf);
        provider.createKey(KEY, KeyProvider.options(conf));
        provider.flush();
    }

    private static DistributedFileSystem open(VolsnapCluster nameservice) throws IOException {
        Configuration conf = Restore.comparable(nameservice.configuration());
        return (DistributedFileSystem) FileSystem.newInstance(URI.create(nameservice.uri()), conf);
    }

    @AfterAll
    static void stop() throws IOException {
        then.close();
        live.close();
        cluster.close();
    }

    @BeforeEach
    void clear() throws IOException {
        for (DistributedFileSystem side : List.of(then, live)) {
            for (FileStatus status : side.listStatus(path("/"))) {
                side.delete(status.getPath(), true);
            }
        }
    }

    @Test
    void aTreeThatIsGoneComesBackWithAllItsAttributes() throws IOException {
        makeTree();
        then.setQuota(path("/data"), 1000, Long.MAX_VALUE - 1);

        restore(false, "/data").assertComplete();

        live.setQuota(path("/data"), 1000, Long.MAX_VALUE - 1);
        assertSame("/data");
        RestoreRecord again = restore(false, "/data");
        again.assertComplete();
        assertThat(again.with(Outcome.UNCHANGED)).hasSameSizeAs(again.outcomes().keySet());
    }

    /** The parents that are missing come back with it; what is beside it does not. */
    @Test
    void oneFileComesBackIntoDirectoriesThatAreGone() throws IOException {
        makeTree();

        restore(false, "/data/deep/er/file", "/data/deep/er/empty");

        assertThat(live.listStatus(path("/data"))).hasSize(1);
        assertSame("/data/deep");
        assertThat(attributes(live, "/data")).isEqualTo(attributes(then, "/data"));
    }

    @Test
    void whatChangedIsPutBackAndNothingIsLostUnasked() throws IOException {
        makeTree();
        restore(false, "/data");
        change();

        RestoreRecord careful = restore(false, "/data");
        assertThat(careful.with(Outcome.COPIED))
                .containsExactly("/data/deep", "/data/deep/er", "/data/deep/er/empty", "/data/deep/er/file");
        assertThat(careful.with(Outcome.EXTENDED)).containsExactly("/data/file1");
        assertThat(careful.with(Outcome.ATTRIBUTES))
                .containsExactly(
                        "/data",
                        "/data/acl",
                        "/data/acl/inner",
                        "/data/coded",
                        "/data/file4",
                        "/data/file5",
                        "/data/file6");
        assertThat(careful.text("/data/file4")).isEqualTo("permissions, extended attributes");
        assertThat(careful.text("/data/file5")).isEqualTo("owner, ACL, permissions, replication");
        assertThat(careful.text("/data/file6")).isEqualTo("storage policy, modification time");
        assertThat(careful.with(Outcome.CONFLICT))
                .containsExactly("/data/coded/file", "/data/file0", "/data/file2", "/data/file3");
        assertThat(careful.text("/data/file0")).isEqualTo("is longer now, by 1000 bytes");
        assertThat(careful.text("/data/file2")).isEqualTo("has another content now");
        assertThat(careful.text("/data/file3")).isEqualTo("is a directory now and was a file");
        assertThat(live.exists(path("/data/file3/new"))).isTrue();
        live.delete(path("/data/file3"), true);

        RestoreRecord bold = restore(true, "/data");
        bold.assertComplete();
        assertThat(bold.with(Outcome.CUT)).containsExactly("/data/file0");
        assertThat(bold.with(Outcome.REPLACED)).containsExactly("/data/coded/file", "/data/file2");
        assertThat(bold.with(Outcome.COPIED)).containsExactly("/data/file3");
        assertThat(live.delete(path("/data/new"), false))
                .as("what is new stays")
                .isTrue();
        restore(true, "/data").assertComplete();
        assertSame("/data");
    }

    private void change() throws IOException {
        append("/data/file0", 1000);
        live.truncate(path("/data/file1"), 2 * BLOCK_BYTES);
        write(live, "/data/file2", 3 * BLOCK_BYTES + 100);
        live.delete(path("/data/file3"), false);
        write(live, "/data/file3/new", 1);
        live.setPermission(path("/data/file4"), new FsPermission((short) 0640));
        live.setXAttr(path("/data/file4"), "user.new", new byte[] {1});
        live.removeXAttr(path("/data/file4"), "trusted.kept");
        live.setOwner(path("/data/file5"), "eve", null);
        live.setAcl(path("/data/file5"), AclEntry.parseAclSpec("user::rw-,user:eve:rw-,group::r--,other::---", true));
        live.setReplication(path("/data/file5"), (short) 1);
        live.setStoragePolicy(path("/data/file6"), "HOT");
        live.setTimes(path("/data/file6"), 77, -1);
        live.removeAcl(path("/data/acl"));
        live.setXAttr(path("/data/acl/inner"), "user.x", new byte[] {2});
        live.delete(path("/data/deep"), true);
        live.delete(path("/data/coded/file"), false);
        write(live, "/data/coded/file", 100);
        write(live, "/data/new", 10);
    }

    @Test
    void aDryRunSaysWhatWouldBeDoneAndChangesNothing() throws IOException {
        makeTree();
        restore(false, "/data");
        change();
        FileSystemState before = FileSystemState.capture(live, "/");

        RestoreRecord dry = new RestoreRecord();
        run(dry, request(null, true, true, "/data"));

        FileSystemState.capture(live, "/").assertSameAs(before);
        dry.assertComplete();
        RestoreRecord real = restore(true, "/data");
        assertThat(dry.outcomes()).isEqualTo(real.outcomes());
        real.outcomes().keySet().forEach(path -> assertThat(dry.text(path)).isEqualTo(real.text(path)));
    }

    @Test
    void besideItAllIsNewUnderTheLastComponent() throws IOException {
        makeTree();
        write(live, "/data/file0", 10);

        RestoreRecord record = new RestoreRecord();
        run(record, request("/back/today", false, false, "/data/deep", "/data/file0"));

        assertThat(live.listStatus(path("/back/today"))).hasSize(2);
        assertThat(FileSystemState.capture(live, "/back/today/deep").lines().values())
                .containsExactlyElementsOf(
                        FileSystemState.capture(then, "/data/deep").lines().values());
        assertThat(attributes(live, "/back/today/file0")).isEqualTo(attributes(then, "/data/file0"));
        assertThat(live.getFileStatus(path("/data/file0")).getLen()).isEqualTo(10);
    }

    /** Killed while a file is copied, after some are done: whatever has its real name is whole, and the next run ends it. */
    @Test
    void aRunThatWasKilledIsResumed() throws IOException {
        makeTree();
        KilledRecord killed = new KilledRecord(10 * BLOCK_BYTES);

        assertThatThrownBy(() -> run(killed, request(null, false, false, "/data")))
                .isInstanceOf(KilledRecord.Kill.class);

        assertThat(temporaries()).isNotEmpty();
        FileSystemState.capture(live, "/data").lines().forEach((path, line) -> {
            if (line.startsWith("file") && !path.contains("/.volsnap-restore-")) {
                assertThat(line).isEqualTo(stateThen().lines().get(path));
            }
        });
        RestoreRecord resumed = restore(false, "/data");
        resumed.assertComplete();
        assertThat(resumed.with(Outcome.UNCHANGED))
                .containsAll(killed.with(Outcome.COPIED).stream()
                        .filter(path -> path.contains("/file"))
                        .toList());
        assertThat(temporaries()).isEmpty();
        assertSame("/data");
    }

    private static FileSystemState stateThen() {
        try {
            return FileSystemState.capture(then, "/data");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> temporaries() throws IOException {
        return Stream.of(live.listStatus(path("/data")))
                .map(status -> status.getPath().getName())
                .filter(name -> name.startsWith(".volsnap-restore-"))
                .toList();
    }

    @Test
    void whatIsBeingWrittenIsLeftAloneOrReplaced() throws IOException {
        makeTree();
        restore(false, "/data");
        FSDataOutputStream out = live.append(path("/data/file0"));
        out.write(1);
        out.hflush();

        RestoreRecord careful = restore(false, "/data/file0");
        assertThat(careful.text("/data/file0")).isEqualTo("is being written now");
        assertThat(restore(true, "/data/file0").with(Outcome.REPLACED)).containsExactly("/data/file0");
        assertThatThrownBy(out::close).hasMessageContaining("File does not exist");
        assertThat(attributes(live, "/data/file0")).isEqualTo(attributes(then, "/data/file0"));
    }

    @Test
    void aFileThatIsOpenThereComesBackWithWhatWasFlushed() throws IOException {
        try (FSDataOutputStream out = then.create(path("/open"))) {
            byte[] bytes = new byte[BLOCK_BYTES + 5000];
            random.nextBytes(bytes);
            out.write(bytes);
            out.hflush();

            restore(false, "/open");
            assertThat(live.getFileStatus(path("/open")).getLen()).isEqualTo(bytes.length);
            assertThat(FileSystemState.sha256(live, path("/open")))
                    .isEqualTo(FileSystemState.sha256(then, path("/open")));
            assertThat(restore(false, "/open").with(Outcome.UNCHANGED)).containsExactly("/open");
            append("/open", 100);
            assertThat(restore(true, "/open").with(Outcome.CUT)).containsExactly("/open");
        }
    }

    /** Every file gets a key of its own, so that only the bytes that clients read are the same. */
    @Test
    void anEncryptionZoneComesBackAsOneAndNothingOfItInTheClear() throws IOException {
        then.mkdirs(path("/data/zone"));
        then.createEncryptionZone(path("/data/zone"), KEY);
        write(then, "/data/zone/in/file", 2 * BLOCK_BYTES + 1);

        restore(false, "/data").assertComplete();

        assertThat(live.getEZForPath(path("/data/zone/in")).getKeyName()).isEqualTo(KEY);
        assertThat(live.getEZForPath(path("/data"))).isNull();
        assertThat(FileSystemState.sha256(live, path("/data/zone/in/file")))
                .isEqualTo(FileSystemState.sha256(then, path("/data/zone/in/file")));
        assertThat(restore(false, "/data").with(Outcome.UNCHANGED)).contains("/data/zone/in/file");
        append("/data/zone/in/file", 10);
        assertThat(restore(true, "/data").with(Outcome.CUT)).containsExactly("/data/zone/in/file");
        live.truncate(path("/data/zone/in/file"), BLOCK_BYTES);
        assertThat(restore(true, "/data").with(Outcome.EXTENDED)).containsExactly("/data/zone/in/file");
        for (String path : List.of("/data/zone/in", "/data/zone/in/file")) {
            RestoreRecord outside = new RestoreRecord();
            run(outside, request("/clear", true, false, path));
            assertThat(outside.outcomes().values()).containsExactly(Outcome.CONFLICT);
        }
        assertThat(live.getContentSummary(path("/clear")).getFileCount()).isZero();
    }

    /** HDFS lets nobody make symbolic links unless it is told to, as its own tests do. */
    @Test
    void symbolicLinksLeadWhereTheyLed() throws IOException {
        FileSystem.enableSymlinks();
        write(then, "/data/file", 10);
        then.createSymlink(path("/data/file"), path("/data/link"), false);
        then.createSymlink(path("elsewhere"), path("/data/other"), false);

        restore(false, "/data").assertComplete();
        assertThat(live.getLinkTarget(path("/data/link")).toUri().getPath()).isEqualTo("/data/file");
        assertThat(restore(false, "/data").with(Outcome.UNCHANGED)).contains("/data/link", "/data/other");
        live.delete(path("/data/link"), false);
        live.createSymlink(path("/data/new"), path("/data/link"), false);
        assertThat(restore(true, "/data").text("/data/link")).isEqualTo("leads elsewhere now");
    }

    /** What volsnap keeps at the root is of now and not of T. */
    @Test
    void theRootKeepsTheBooksOfSnapshots() throws IOException {
        write(then, "/file", 10);
        then.setXAttr(path("/"), "trusted.volsnap.registry", new byte[] {1});
        then.setXAttr(path("/"), "user.root", new byte[] {1});
        live.setXAttr(path("/"), "trusted.volsnap.registry", new byte[] {2});
        live.setXAttr(path("/"), "trusted.volsnap.other", new byte[] {3});

        RestoreRecord record = restore(true, "/");

        record.assertComplete();
        assertThat(live.getXAttrs(path("/")))
                .containsEntry("user.root", new byte[] {1})
                .containsEntry("trusted.volsnap.registry", new byte[] {2})
                .containsEntry("trusted.volsnap.other", new byte[] {3});
        for (DistributedFileSystem side : List.of(then, live)) {
            for (String name : side.getXAttrs(path("/")).keySet()) {
                side.removeXAttr(path("/"), name);
            }
        }
    }

    @Test
    void checksumsAreOfTheKindTheyWere() throws IOException {
        ChecksumOpt rare = new ChecksumOpt(DataChecksum.Type.CRC32, 256);
        try (FSDataOutputStream out =
                then.createFile(path("/file")).checksumOpt(rare).build()) {
            out.write(new byte[5000]);
        }

        restore(false, "/file");

        ChecksumOpt now = live.getFileChecksum(path("/file")).getChecksumOpt();
        assertThat(now.getChecksumType()).isEqualTo(rare.getChecksumType());
        assertThat(now.getBytesPerChecksum()).isEqualTo(rare.getBytesPerChecksum());
    }

    @Test
    void whatCanNotBeIsRefusedBeforeAnythingIsChanged() throws IOException {
        makeTree();
        write(live, "/file", 10);
        FileSystemState before = FileSystemState.capture(live, "/");

        assertThatThrownBy(() -> restore(false, "/data", "/nowhere/at/all"))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessage("/nowhere/at/all is not in the snapshot");
        assertThatThrownBy(() -> run(new RestoreRecord(), request("/file/below", false, false, "/data")))
                .isInstanceOf(IOException.class)
                .hasMessage("/file is a file now: /file/below/data can't come below it");

        FileSystemState.capture(live, "/").assertSameAs(before);
    }

    @Test
    void aQuotaEndsTheRun() throws IOException {
        makeTree();
        live.mkdirs(path("/small"));
        live.setQuota(path("/small"), 4, Long.MAX_VALUE - 1);

        RestoreRecord record = new RestoreRecord();
        assertThatThrownBy(() -> run(record, request("/small", false, false, "/data")))
                .isInstanceOf(QuotaExceededException.class);

        assertThat(record.with(Outcome.FAILED)).isNotEmpty();
        assertThat(live.getContentSummary(path("/small")).getFileAndDirectoryCount())
                .isLessThanOrEqualTo(4);
    }

    private void makeTree() throws IOException {
        for (int i = 0; i < 8; i++) {
            write(then, "/data/file" + i, 3 * BLOCK_BYTES + 100 * i);
        }
        write(then, "/data/deep/er/file", 1000);
        write(then, "/data/deep/er/empty", 0);
        write(then, "/data/acl/inner/a name, 名前", 2000);
        then.setPermission(path("/data/deep/er"), new FsPermission((short) 01775));
        then.setPermission(path("/data/deep/er/file"), new FsPermission((short) 0600));
        then.setOwner(path("/data/deep"), "alice", "staff");
        then.setOwner(path("/data/file5"), "bob", "staff");
        then.setXAttr(path("/data/file4"), "user.kept", "value".getBytes(UTF_8));
        then.setXAttr(path("/data/file4"), "trusted.kept", new byte[0]);
        then.setXAttr(path("/data/acl"), "user.binary", new byte[] {0, -1});
        then.setStoragePolicy(path("/data/acl"), "WARM");
        then.setStoragePolicy(path("/data/file6"), "COLD");
        then.setReplication(path("/data/file7"), (short) 2);
        then.setAcl(
                path("/data/acl"),
                AclEntry.parseAclSpec(
                        "user::rwx,user:carol:r-x,group::r-x,other::---,default:user:dave:rwx,default:user::rwx,"
                                + "default:group::r-x,default:other::---",
                        true));
        then.setAcl(
                path("/data/acl/inner"), AclEntry.parseAclSpec("user::rwx,user:carol:rwx,group::r-x,other::r--", true));
        then.mkdirs(path("/data/coded"));
        then.setErasureCodingPolicy(path("/data/coded"), CODING);
        write(then, "/data/coded/file", 500_000);
        then.setTimes(path("/data/file0"), 1_000_000_000_000L, 2_000_000_000_000L); // reads change no later one
        then.setTimes(path("/data/deep"), 1_000_000_000_001L, -1);
        then.setTimes(path("/data"), 1_000_000_000_002L, -1);
    }

    private void write(DistributedFileSystem side, String file, int length) throws IOException {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        long blockBytes = file.contains("/coded/") ? 1 << 20 : BLOCK_BYTES; // not less than a cell
        try (FSDataOutputStream out =
                side.createFile(path(file)).recursive().blockSize(blockBytes).build()) {
            out.write(bytes);
        }
    }

    private static void append(String file, int length) throws IOException {
        try (FSDataOutputStream out = live.append(path(file))) {
            out.write(new byte[length]);
        }
    }

    private static RestoreRecord restore(boolean overwrite, String... paths) throws IOException {
        RestoreRecord record = new RestoreRecord();
        run(record, request(null, overwrite, false, paths));
        return record;
    }

    private static void run(RestoreRecord record, RestoreRequest request) throws IOException {
        new Restore(then, live, request, record).run();
    }

    private static RestoreRequest request(@Nullable String to, boolean overwrite, boolean dryRun, String... paths) {
        return new RestoreRequest(
                Stream.of(paths).map(RestoreTreesTest::path).toList(),
                to == null ? null : path(to),
                overwrite,
                dryRun,
                3);
    }

    private static void assertSame(String path) throws IOException {
        FileSystemState.capture(live, path).assertSameAs(FileSystemState.capture(then, path));
    }

    private static String attributes(DistributedFileSystem side, String path) throws IOException {
        return String.valueOf(FileSystemState.capture(side, path).lines().get(path));
    }

    private static org.apache.hadoop.fs.Path path(String path) {
        return new org.apache.hadoop.fs.Path(path);
    }
}
