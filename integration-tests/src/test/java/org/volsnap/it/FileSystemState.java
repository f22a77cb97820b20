/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.ByteStreams;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StorageType;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;

/** Everything of a file system that a stock client can see and that a rollback must bring back, as text per path. */
final class FileSystemState {
    private final SortedMap<String, String> paths = new TreeMap<>();

    private FileSystemState() {}

    /** Reads every file below {@code root}. */
    static FileSystemState capture(DistributedFileSystem fileSystem, String root) throws IOException {
        FileSystemState state = new FileSystemState();
        state.add(fileSystem, fileSystem.getFileStatus(new Path(root)));
        return state;
    }

    int fileCount() {
        return (int)
                paths.values().stream().filter(line -> line.startsWith("file")).count();
    }

    /** What is compared, by path. */
    SortedMap<String, String> lines() {
        return Collections.unmodifiableSortedMap(paths);
    }

    /** Fails with the paths that differ. */
    void assertSameAs(FileSystemState then) {
        assertThat(paths).containsExactlyEntriesOf(then.paths);
    }

    void assertDiffersFrom(FileSystemState other) {
        assertThat(paths).isNotEqualTo(other.paths);
    }

    private void add(DistributedFileSystem fileSystem, FileStatus status) throws IOException {
        Path path = status.getPath();
        String common = String.join(
                " ",
                status.getOwner() + ":" + status.getGroup(),
                status.getPermission().toString(),
                "modified=" + status.getModificationTime(),
                "acl=" + fileSystem.getAclStatus(path).getEntries(),
                "xattrs=" + xattrs(fileSystem, path),
                "policy=" + fileSystem.getStoragePolicy(path).getName(),
                "coding=" + fileSystem.getErasureCodingPolicy(path));
        if (status.isFile()) {
            paths.put(
                    name(path),
                    "file " + status.getLen() + " x" + status.getReplication() + " " + sha256(fileSystem, path)
                            + " accessed=" + status.getAccessTime() + " encrypted="
                            + ((HdfsFileStatus) status).getFileEncryptionInfo() + " " + common);
            return;
        }
        var quota = fileSystem.getQuotaUsage(path);
        paths.put(
                name(path),
                "directory quota=" + quota.getQuota() + "/" + quota.getSpaceQuota() + "/"
                        + quota.getTypeQuota(StorageType.DISK) + " zone=" + fileSystem.getEZForPath(path) + " "
                        + common);
        for (FileStatus child : fileSystem.listStatus(path)) {
            add(fileSystem, child);
        }
    }

    private static String name(Path path) {
        return path.toUri().getPath();
    }

    private static String xattrs(DistributedFileSystem fileSystem, Path path) throws IOException {
        return fileSystem.getXAttrs(path).entrySet().stream()
                .filter(xattr -> !xattr.getKey().startsWith("trusted.volsnap"))
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        xattr -> new String(xattr.getValue(), StandardCharsets.ISO_8859_1),
                        (a, b) -> a,
                        TreeMap::new))
                .toString();
    }

    static String sha256(DistributedFileSystem fileSystem, Path path) {
        try (InputStream in = fileSystem.open(path);
                DigestInputStream digested = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
            ByteStreams.exhaust(digested);
            return HexFormat.of().formatHex(digested.getMessageDigest().digest());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Paths of this state, for messages. */
    @Override
    public String toString() {
        return new TreeSet<>(paths.keySet()).toString();
    }
}
