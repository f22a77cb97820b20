/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.hdfs.server.namenode.EditLogFileInputStream;
import org.apache.hadoop.hdfs.server.namenode.FSEditLogOp;
import org.apache.hadoop.hdfs.util.MD5FileUtils;
import org.apache.hadoop.io.IOUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.namenode.NamespaceSource.Segment;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/**
 * Keeps the namespace at T for a snapshot: hard links (copies across file systems) of the newest image and of the edits
 * after it, into every configured directory. Both kinds of file are never changed once finished.
 */
final class NamespaceKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceKeeper.class);

    /** The NameNode may purge an image between the look and the link; the next look finds a newer one. */
    private static final int TRIES = 3;

    private static final Pattern ID = Pattern.compile("(\\d{1,18})-.*");

    private final NamespaceDirs dirs;
    private final Collection<Path> currents;
    private final String blockPoolId;

    /** @param currents the NameNode's {@code current} directories for images and edits */
    NamespaceKeeper(NamespaceDirs dirs, Collection<Path> currents, String blockPoolId) {
        this.dirs = requireNonNull(dirs, "dirs is null");
        this.currents = List.copyOf(currents);
        this.blockPoolId = requireNonNull(blockPoolId, "blockPoolId is null");
    }

    /** Keeps the namespace of a snapshot that is marked; durable and checked on return, nothing is left when it throws. */
    void keep(SnapshotProto snapshot) throws IOException {
        try {
            for (Path root : dirs.roots()) {
                keepIn(root, snapshot);
            }
            check(NamespaceDirs.in(dirs.roots().get(0), snapshot), snapshot.getTxid());
        } catch (IOException | RuntimeException e) {
            remove(snapshot);
            throw e;
        }
    }

    private void keepIn(Path root, SnapshotProto snapshot) throws IOException {
        Path target = NamespaceDirs.in(root, snapshot);
        if (Files.exists(target)) {
            throw new RefusedException(target + " is there already; it is not this cluster's and has to be moved away");
        }
        Path building = NamespaceDirs.building(root, snapshot);
        link(building, snapshot.getTxid());
        Files.move(building, target, StandardCopyOption.ATOMIC_MOVE);
        IOUtils.fsync(root.toFile());
    }

    private void link(Path building, long txid) throws IOException {
        for (int attempt = 1; ; attempt++) {
            deleteTree(building);
            try {
                fill(building, NamespaceSource.find(currents, txid), txid);
                return;
            } catch (NoSuchFileException e) {
                if (attempt == TRIES) {
                    throw e;
                }
                LOG.info("{} was purged meanwhile, looking again", e.getFile());
            }
        }
    }

    private static void fill(Path building, NamespaceSource source, long txid) throws IOException {
        Path current = building.resolve("current");
        NamespaceDirs.createPrivate(current);
        // First, so that what is left of an interrupted attempt says whose it is. Written in place by the NameNode: no
        // link.
        copy(source.version(), current.resolve("VERSION"));
        linkOrCopy(source.image(), current);
        linkOrCopy(MD5FileUtils.getDigestFileForFile(source.image().toFile()).toPath(), current);
        for (Segment segment : source.edits()) {
            linkOrCopy(segment.file(), current);
        }
        Path seen = current.resolve("seen_txid");
        Files.writeString(seen, txid + "\n");
        IOUtils.fsync(seen.toFile());
        IOUtils.fsync(current.toFile());
        IOUtils.fsync(building.toFile());
    }

    private static void linkOrCopy(Path file, Path directory) throws IOException {
        Path target = directory.resolve(file.getFileName());
        try {
            Files.createLink(target, file);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException e) {
            LOG.debug("no hard link of {} in {}, copying", file, directory, e);
            copy(file, target);
        }
    }

    private static void copy(Path file, Path target) throws IOException {
        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        IOUtils.fsync(target.toFile());
    }

    /** Reads everything once: the image's digest, and every transaction with its checksum, without a gap up to T. */
    static void check(Path directory, long txid) throws IOException {
        NamespaceSource kept = NamespaceSource.find(List.of(directory.resolve("current")), txid);
        MD5FileUtils.verifySavedMD5(
                kept.image().toFile(),
                MD5FileUtils.computeMd5ForFile(kept.image().toFile()));
        for (Segment segment : kept.edits()) {
            checkSegment(segment);
        }
    }

    private static void checkSegment(Segment segment) throws IOException {
        long next = segment.first();
        try (EditLogFileInputStream in =
                new EditLogFileInputStream(segment.file().toFile(), segment.first(), segment.last(), false)) {
            for (FSEditLogOp op = in.readOp(); op != null; op = in.readOp()) {
                if (op.getTransactionId() != next) {
                    throw new IOException(
                            segment.file() + " has transaction " + op.getTransactionId() + " in place of " + next);
                }
                next++;
            }
        }
        if (next != segment.last() + 1) {
            throw new IOException(segment.file() + " ends before transaction " + next);
        }
    }

    /** Removes a kept namespace, or what was built of it; does nothing where there is none. */
    void remove(SnapshotProto snapshot) throws IOException {
        for (Path root : dirs.roots()) {
            deleteTree(NamespaceDirs.building(root, snapshot));
            Path target = NamespaceDirs.in(root, snapshot);
            if (NamespaceDirs.belongsTo(target, blockPoolId)) {
                // First out of the way in one step: half a namespace under its name must never be seen.
                Path building = NamespaceDirs.building(root, snapshot);
                Files.move(target, building, StandardCopyOption.ATOMIC_MOVE);
                deleteTree(building);
            }
        }
    }

    /** Removes namespaces whose snapshots are long deleted: removal may have been cut short. */
    void removeOrphans(LongPredicate isDeleted) throws IOException {
        for (Path root : dirs.roots()) {
            for (Path directory : NamespaceDirs.directories(root)) {
                Matcher name = ID.matcher(directory.getFileName().toString());
                if (name.matches()
                        && isDeleted.test(Long.parseLong(name.group(1)))
                        && NamespaceDirs.belongsTo(directory, blockPoolId)) {
                    deleteTree(directory);
                }
            }
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        if (Files.exists(directory)) {
            MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }
}
