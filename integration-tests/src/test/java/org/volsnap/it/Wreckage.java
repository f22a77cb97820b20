/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.XAttrSetFlag;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream.SyncFlag;
import org.volsnap.testing.VolsnapCluster;

/** Fills a tree under {@code /data} with one of everything, and then loses it in every way HDFS can lose it. */
final class Wreckage {
    static final int BLOCK = 1 << 20;
    private static final int PER_KIND = 3;
    private static final List<String> KINDS = List.of(
            "kept",
            "deleted",
            "appended",
            "grown",
            "cut",
            "cutAtBlock",
            "cutAndGrown",
            "overwritten",
            "renamed",
            "replicated",
            "joined",
            "recreated");

    private final VolsnapCluster cluster;
    private final DistributedFileSystem fileSystem;
    private final Random random;

    Wreckage(VolsnapCluster cluster, long seed) throws IOException {
        this.cluster = cluster;
        this.fileSystem = cluster.fileSystem();
        this.random = new Random(seed);
    }

    /** Writes the tree: odd lengths, several blocks, ACLs, xattrs, quotas, owners, a storage policy. */
    void fill() throws IOException {
        for (String kind : KINDS) {
            for (int i = 0; i < PER_KIND; i++) {
                write(file(kind, i), BLOCK * i + 300_000 + random.nextInt(400_000));
            }
        }
        write(new Path("/data/empty"), 0);
        for (int i = 0; i < PER_KIND; i++) {
            write(new Path("/data/joined/part" + i), BLOCK);
        }
        attributes();
        Path held = new Path("/data/held/file");
        write(held, 2 * BLOCK + 77);
        fileSystem.allowSnapshot(held.getParent());
        fileSystem.createSnapshot(held.getParent(), "ordinary");
        fileSystem.delete(held, false);
    }

    private void attributes() throws IOException {
        Path file = file("deleted", 0);
        fileSystem.modifyAclEntries(file, AclEntry.parseAclSpec("user:alice:rw-,group:staff:r--", true));
        fileSystem.setXAttr(
                file,
                "user.note",
                "kept".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                EnumSet.of(XAttrSetFlag.CREATE));
        fileSystem.setOwner(file("overwritten", 1), "alice", "staff");
        fileSystem.setPermission(file("renamed", 1), new FsPermission((short) 0640));
        fileSystem.setTimes(file("kept", 0), 1_000_000_000_000L, -1);
        fileSystem.setQuota(new Path("/data/appended"), 100, 1L << 40);
        fileSystem.setStoragePolicy(new Path("/data/cut"), "HOT");
    }

    /** Everything that destroys what existed; afterwards every deletion has been carried out on the disks. */
    void wreck() throws IOException {
        for (int i = 0; i < PER_KIND; i++) {
            fileSystem.delete(file("deleted", i), false);
            append(file("appended", i), 1);
            append(file("grown", i), BLOCK + 5_000);
            append(file("grown", i), 10);
            truncate(file("cut", i), length(file("cut", i)) - 123_457);
            truncate(file("cutAndGrown", i), length(file("cutAndGrown", i)) / 2);
            append(file("cutAndGrown", i), 200_000);
            write(file("overwritten", i), 50_000);
            fileSystem.rename(file("renamed", i), new Path("/data/renamed/elsewhere" + i));
            fileSystem.setReplication(file("replicated", i), (short) 1);
            append(file("recreated", i), 100);
            fileSystem.delete(file("recreated", i), false);
            write(file("recreated", i), 400_000);
            write(new Path("/data/new/file" + i), BLOCK + i);
        }
        truncate(file("cutAtBlock", 2), BLOCK);
        truncate(file("cutAtBlock", 1), BLOCK);
        fileSystem.concat(
                new Path("/data/joined/part0"),
                new Path[] {new Path("/data/joined/part1"), new Path("/data/joined/part2")});
        fileSystem.deleteSnapshot(new Path("/data/held"), "ordinary");
        loseAttributes();
        cluster.waitForDeletions();
    }

    private void loseAttributes() throws IOException {
        fileSystem.setOwner(file("kept", 1), "mallory", "mallory");
        fileSystem.setTimes(file("kept", 0), 1, -1);
        fileSystem.setQuota(new Path("/data/appended"), 50, 1L << 30);
        fileSystem.setStoragePolicy(new Path("/data/cut"), "COLD");
    }

    /** A file that stays open, with {@code length} bytes hflushed. */
    FSDataOutputStream open(String path, int length) throws IOException {
        FSDataOutputStream out = fileSystem.create(new Path(path), true);
        out.write(bytes(length));
        ((HdfsDataOutputStream) out).hsync(EnumSet.of(SyncFlag.UPDATE_LENGTH));
        return out;
    }

    static Path file(String kind, int i) {
        return new Path("/data/" + kind + "/file" + i);
    }

    void write(Path path, int length) throws IOException {
        try (OutputStream out = fileSystem.create(path, true)) {
            out.write(bytes(length));
        }
    }

    void append(Path path, int length) throws IOException {
        try (OutputStream out = openToAppend(path)) {
            out.write(bytes(length));
        }
    }

    /** Right after a change on a busy machine HDFS may not know of a replica under the newest stamp yet. */
    private OutputStream openToAppend(Path path) {
        AtomicReference<OutputStream> opened = new AtomicReference<>();
        VolsnapCluster.waitFor("a replica of " + path, Duration.ofSeconds(60), () -> {
            try {
                opened.set(fileSystem.append(path, EnumSet.of(CreateFlag.APPEND), 4096, null));
                return true;
            } catch (IOException e) {
                if (String.valueOf(e.getMessage()).contains("is not sufficiently replicated yet")) {
                    return false;
                }
                throw new UncheckedIOException(e);
            }
        });
        return requireNonNull(opened.get());
    }

    /** Truncates and waits for the recovery of the cut block. */
    void truncate(Path path, long length) throws IOException {
        if (!fileSystem.truncate(path, length)) {
            VolsnapCluster.waitFor("truncate of " + path, java.time.Duration.ofSeconds(60), () -> isClosed(path));
        }
        assertThat(length(path)).isEqualTo(length);
    }

    private boolean isClosed(Path path) {
        try {
            return fileSystem.isFileClosed(path);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    long length(Path path) throws IOException {
        return fileSystem.getFileStatus(path).getLen();
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
