/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static com.google.common.base.Preconditions.checkArgument;
import static java.nio.file.attribute.PosixFilePermissions.asFileAttribute;
import static java.nio.file.attribute.PosixFilePermissions.fromString;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.DFSUtil;
import org.apache.hadoop.hdfs.server.common.Util;
import org.apache.hadoop.hdfs.server.namenode.FSNamesystem;
import org.volsnap.conf.VolsnapKeys;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/**
 * The directories in which namespaces are kept: {@code <root>/<id>-<name>/current/} has the form of a name directory. A
 * directory under that name is whole: it is built under another and renamed.
 *
 * @param roots as configured; each holds a copy of every namespace
 */
public record NamespaceDirs(List<Path> roots) {
    private static final String BUILDING = ".building";
    private static final String OPENED = "opened-";

    public NamespaceDirs {
        roots = List.copyOf(roots);
        checkArgument(!roots.isEmpty(), "%s names no directory of this host", VolsnapKeys.NAMESPACE_DIR);
    }

    /**
     * As configured, for this nameservice and NameNode where the key has their suffix; else a directory {@code volsnap} beside
     * {@code current} in every name directory.
     */
    public static NamespaceDirs of(Configuration conf) {
        Configuration own = new Configuration(conf);
        DFSUtil.setGenericConf(
                own,
                own.get(DFSConfigKeys.DFS_NAMESERVICE_ID),
                own.get(DFSConfigKeys.DFS_HA_NAMENODE_ID_KEY),
                VolsnapKeys.NAMESPACE_DIR);
        Collection<String> configured = own.getTrimmedStringCollection(VolsnapKeys.NAMESPACE_DIR);
        return new NamespaceDirs(
                configured.isEmpty()
                        ? paths(FSNamesystem.getNamespaceDirs(conf))
                                .map(dir -> dir.resolve("volsnap"))
                                .toList()
                        : paths(Util.stringCollectionAsURIs(configured)).toList());
    }

    private static Stream<Path> paths(Collection<URI> uris) {
        return uris.stream().filter(uri -> "file".equals(uri.getScheme())).map(uri -> Path.of(uri.getPath()));
    }

    static Path in(Path root, SnapshotProto snapshot) {
        return root.resolve(snapshot.getId() + "-" + snapshot.getName());
    }

    static Path building(Path root, SnapshotProto snapshot) {
        return root.resolve(snapshot.getId() + "-" + snapshot.getName() + BUILDING);
    }

    /** Where a namespace lies that belongs to no snapshot; no snapshot's directory begins with a letter. */
    Path opened(long txid) {
        return roots.get(0).resolve(OPENED + txid);
    }

    /** All that lie there. */
    List<Path> allOpened(String blockPoolId) throws IOException {
        return directories(roots.get(0)).stream()
                .filter(directory -> directory.getFileName().toString().startsWith(OPENED))
                .filter(directory -> belongsTo(directory, blockPoolId))
                .toList();
    }

    /** The copies of a snapshot's namespace that there are. */
    public List<Path> copies(SnapshotProto snapshot, String blockPoolId) {
        return roots.stream()
                .map(root -> in(root, snapshot))
                .filter(dir -> belongsTo(dir, blockPoolId))
                .toList();
    }

    /** One copy of it. */
    public Path copy(SnapshotProto snapshot, String blockPoolId) throws RefusedException {
        return copies(snapshot, blockPoolId).stream()
                .findFirst()
                .orElseThrow(() -> new RefusedException(
                        "the namespace of snapshot " + snapshot.getName() + " is in none of " + roots));
    }

    /** Whether a directory's VERSION names this block pool. */
    static boolean belongsTo(Path directory, String blockPoolId) {
        Path version = directory.resolve("current").resolve("VERSION");
        if (!Files.isRegularFile(version)) {
            return false;
        }
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(version)) {
            properties.load(in);
        } catch (IOException e) {
            return false;
        }
        return blockPoolId.equals(properties.getProperty("blockpoolID"));
    }

    /** Whether a directory holds the namespace of this block pool at this snapshot's T, and not of another one. */
    static boolean isOf(Path directory, SnapshotProto snapshot, String blockPoolId) {
        try {
            return belongsTo(directory, blockPoolId)
                    && Files.readString(directory.resolve("current").resolve("seen_txid"))
                            .strip()
                            .equals(Long.toString(snapshot.getTxid()));
        } catch (IOException e) {
            return false;
        }
    }

    /** The files of a kept namespace, by their paths relative to it. */
    static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** What lies in a root; nothing where there is no root yet. */
    static List<Path> directories(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(Files::isDirectory).toList();
        }
    }

    static long bytes(Path directory) {
        try {
            return files(directory).stream()
                    .map(Path::toFile)
                    .mapToLong(File::length)
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    /** Makes a directory that only the NameNode's user can look into: it names every file of the cluster. */
    static void createPrivate(Path directory) throws IOException {
        Files.createDirectories(directory, asFileAttribute(fromString("rwx------")));
    }
}
