/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSUtil;
import org.apache.hadoop.hdfs.HAUtil;
import org.apache.hadoop.hdfs.server.common.Storage.StorageDirectory;
import org.apache.hadoop.hdfs.server.namenode.FSNamesystem;
import org.apache.hadoop.hdfs.server.namenode.NNStorage;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.volsnap.namenode.Nameservice;
import org.volsnap.protocol.RefusedException;

/**
 * The directories of a stopped NameNode, held with the lock that a running one holds.
 *
 * @param names with images
 * @param edits with edits; usually the same
 */
record NameDirectories(List<Path> names, List<Path> edits, List<StorageDirectory> locks) implements Closeable {
    /** What a rolling upgrade goes back to. */
    private static final String ROLLBACK_IMAGE = NNStorage.NameNodeFile.IMAGE_ROLLBACK.getName();

    /** A NameNode's configuration, with the keys of its own nameservice, and of itself in it, made plain. */
    static Configuration own(Configuration conf) {
        Configuration own = new Configuration(conf);
        String nameNode = Nameservice.of(own).map(Nameservice::self).orElse(null);
        NameNode.initializeGenericKeys(own, DFSUtil.getNamenodeNameServiceId(own), nameNode);
        return own;
    }

    static boolean sharesEdits(Configuration own) {
        return HAUtil.usesSharedEditsDir(own);
    }

    /** @throws RefusedException when a NameNode, or another rollback, holds one of them */
    static NameDirectories lock(Configuration own) throws IOException {
        List<URI> shared = FSNamesystem.getSharedEditsDirs(own);
        List<Path> names = paths(FSNamesystem.getNamespaceDirs(own));
        List<Path> edits = paths(FSNamesystem.getNamespaceEditsDirs(own, false).stream()
                .filter(uri -> !shared.contains(uri))
                .toList());
        List<StorageDirectory> locks = new ArrayList<>();
        NameDirectories directories = new NameDirectories(names, edits, locks);
        try {
            for (Path directory : directories.all()) {
                locks.add(lock(directory));
            }
        } catch (IOException e) {
            directories.close();
            throw e;
        }
        return directories;
    }

    private static List<Path> paths(Collection<URI> uris) throws RefusedException {
        List<Path> paths = new ArrayList<>();
        for (URI uri : uris) {
            if (!"file".equals(uri.getScheme())) {
                throw new RefusedException(uri + " is not on this host; only local directories can be rolled back");
            }
            paths.add(Path.of(uri.getPath()));
        }
        return List.copyOf(paths);
    }

    private static StorageDirectory lock(Path path) throws IOException {
        if (!Files.isDirectory(path.resolve("current"))) {
            throw new RefusedException(path + " is not a directory of a NameNode: it has no 'current'");
        }
        Ownership.require(path);
        StorageDirectory directory = new StorageDirectory(path.toFile());
        requireFinalized(directory);
        try {
            directory.lock();
        } catch (IOException e) {
            throw new RefusedException("a NameNode holds " + path + "; stop it first (hdfs --daemon stop namenode)", e);
        }
        return directory;
    }

    /** Going back to before an upgrade is left to Hadoop: what it would go back to must not be older than the epochs. */
    private static void requireFinalized(StorageDirectory directory) throws IOException {
        File before = directory.getPreviousDir();
        try (Stream<Path> current = Files.list(directory.getCurrentDir().toPath())) {
            if (before.exists()
                    || current.anyMatch(file -> file.getFileName().toString().startsWith(ROLLBACK_IMAGE))) {
                throw new RefusedException("an upgrade of HDFS is not finalized in " + directory.getRoot()
                        + ": finalize it first, or take it back with Hadoop's own rollback");
            }
        }
    }

    /** Where the images are. */
    List<Path> currents() {
        return names.stream().map(path -> path.resolve("current")).toList();
    }

    /** Every directory once. */
    List<Path> all() {
        Set<Path> all = new LinkedHashSet<>(names);
        all.addAll(edits);
        return List.copyOf(all);
    }

    /**
     * What identifies the namespace, and the format it is written in. Not when it was upgraded last: an upgrade that
     * keeps the format changes only that, and today's VERSION stays.
     */
    static Properties identity(Path current) throws IOException {
        Properties version = new Properties();
        try (InputStream in = Files.newInputStream(current.resolve("VERSION"))) {
            version.load(in);
        }
        Properties identity = new Properties();
        Stream.of("namespaceID", "clusterID", "blockpoolID", "layoutVersion")
                .forEach(key -> identity.setProperty(key, version.getProperty(key, "")));
        return identity;
    }

    static List<File> files(List<Path> paths) {
        return paths.stream().map(Path::toFile).toList();
    }

    @Override
    public void close() throws IOException {
        for (StorageDirectory directory : locks) {
            directory.unlock();
        }
    }
}
