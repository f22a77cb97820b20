/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.mount;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.namenode.DurableFiles;

/**
 * Where a snapshot's NameNode has its files while it runs: a directory that only this user can read, locked by its
 * process. What processes that were killed have left is removed by the next.
 */
final class MountDirectory implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(MountDirectory.class);
    private static final String PREFIX = "volsnap-mounted-";
    private static final String LOCK = "lock";

    private final Path root;
    private final FileChannel lock;

    private MountDirectory(Path root, FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /** @param parent holds the directories of all mounts of this host, and anything else */
    static MountDirectory create(Path parent) throws IOException {
        removeAbandoned(parent);
        Path root = Files.createTempDirectory(parent, PREFIX);
        FileChannel lock = open(root);
        if (lock.tryLock() == null) {
            throw new IOException(root + " is locked by another process");
        }
        return new MountDirectory(root, lock);
    }

    /** Has the form of a {@code dfs.namenode.name.dir}. */
    Path nameDir() {
        return root.resolve("name");
    }

    private static FileChannel open(Path root) throws IOException {
        return FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static void removeAbandoned(Path parent) throws IOException {
        List<Path> found;
        try (Stream<Path> entries = Files.list(parent)) {
            found = entries.filter(entry -> entry.getFileName().toString().startsWith(PREFIX))
                    .toList();
        }
        for (Path each : found) {
            try {
                removeIfAbandoned(each);
            } catch (IOException e) {
                LOG.info("{} is left as it is: {}", each, e.toString());
            }
        }
    }

    /** One without a lock file is being made. */
    private static void removeIfAbandoned(Path root) throws IOException {
        if (!Files.exists(root.resolve(LOCK))) {
            return;
        }
        try (FileChannel channel = open(root);
                FileLock held = channel.tryLock()) {
            if (held != null) {
                DurableFiles.deleteTree(root);
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("{} is in use by this process", root, e);
        }
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            DurableFiles.deleteTree(root);
        }
    }
}
