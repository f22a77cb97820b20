/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/**
 * Keeps the namespace at T for a snapshot: the newest image, by hard links (copies across file systems), and the edits after
 * it, in every configured directory. Both kinds of file are never changed once finished.
 */
final class NamespaceKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceKeeper.class);

    /** The NameNode may purge an image between the look and the link; the next look finds a newer one. */
    private static final int TRIES = 3;

    private static final Pattern ID = Pattern.compile("(\\d{1,18})-.*");

    private final NamespaceDirs dirs;
    private final Collection<Path> currents;
    private final KeptEdits edits;
    private final String blockPoolId;

    /** @param currents the NameNode's {@code current} directories for images and edits */
    NamespaceKeeper(NamespaceDirs dirs, Collection<Path> currents, KeptEdits edits, String blockPoolId) {
        this.dirs = requireNonNull(dirs, "dirs is null");
        this.currents = List.copyOf(currents);
        this.edits = requireNonNull(edits, "edits is null");
        this.blockPoolId = requireNonNull(blockPoolId, "blockPoolId is null");
    }

    /**
     * Keeps the namespace of a snapshot that is marked; durable and checked on return, nothing is left when it throws.
     *
     * @throws RefusedException when there is something under its name, which is left alone
     */
    void keep(SnapshotProto snapshot) throws IOException {
        for (Path root : dirs.roots()) {
            checkFree(NamespaceDirs.in(root, snapshot));
        }
        try {
            for (Path root : dirs.roots()) {
                keepIn(root, snapshot);
            }
        } catch (IOException | RuntimeException e) {
            remove(snapshot);
            throw e;
        }
    }

    private static void checkFree(Path target) throws RefusedException {
        if (Files.exists(target)) {
            throw new RefusedException(target + " is there already; it is another snapshot's and has to be moved away");
        }
    }

    private void keepIn(Path root, SnapshotProto snapshot) throws IOException {
        Path building = NamespaceDirs.building(root, snapshot);
        gather(building, snapshot.getTxid());
        NamespaceSource.of(building, snapshot.getTxid()).check();
        DurableFiles.move(building, NamespaceDirs.in(root, snapshot));
    }

    /** Gathers the files of the namespace at a transaction up to which the edits are finished, without checking them. */
    void gather(Path building, long txid) throws IOException {
        for (int attempt = 1; ; attempt++) {
            DurableFiles.deleteTree(building);
            try {
                fill(building, NamespaceSource.image(currents, txid), txid);
                return;
            } catch (NoSuchFileException e) {
                if (attempt == TRIES) {
                    throw e;
                }
                LOG.info("{} was purged meanwhile, looking again", e.getFile());
            }
        }
    }

    private void fill(Path building, NamespaceSource source, long txid) throws IOException {
        Path current = building.resolve("current");
        NamespaceDirs.createPrivate(current);
        // First, so that what is left of an interrupted attempt says whose it is. Written in place by the NameNode: no
        // link.
        DurableFiles.copy(source.version(), current.resolve("VERSION"));
        link(source.image(), current);
        link(source.digest(), current);
        edits.put(source.imageTxid() + 1, txid, current);
        Path seen = current.resolve("seen_txid");
        Files.writeString(seen, txid + "\n");
        DurableFiles.force(seen);
        DurableFiles.force(current);
        DurableFiles.force(building);
    }

    private static void link(Path file, Path directory) throws IOException {
        DurableFiles.linkOrCopy(file, directory.resolve(file.getFileName()));
    }

    /** What brings the files of a kept namespace into a directory. */
    @FunctionalInterface
    interface Fetch {
        void into(Path directory) throws IOException;
    }

    /** Has a kept namespace fetched wherever it is missing; checked before it shows under its name. */
    void complete(SnapshotProto snapshot, Fetch fetch) throws IOException {
        for (Path root : dirs.roots()) {
            Path target = NamespaceDirs.in(root, snapshot);
            if (!NamespaceDirs.belongsTo(target, blockPoolId)) {
                Path building = NamespaceDirs.building(root, snapshot);
                DurableFiles.deleteTree(building);
                NamespaceDirs.createPrivate(building);
                fetch.into(building);
                checkFetched(building, snapshot);
                DurableFiles.move(building, target);
                LOG.info("fetched the namespace of snapshot {} into {}", snapshot.getName(), target);
            }
        }
    }

    private void checkFetched(Path directory, SnapshotProto snapshot) throws IOException {
        if (!NamespaceDirs.isOf(directory, snapshot, blockPoolId)) {
            throw new IOException("what was fetched for snapshot " + snapshot.getName() + " is not its namespace");
        }
        NamespaceSource.of(directory, snapshot.getTxid()).check();
        for (Path file : NamespaceDirs.files(directory)) {
            DurableFiles.force(file);
        }
        DurableFiles.force(directory.resolve("current"));
        DurableFiles.force(directory);
    }

    /** Removes a kept namespace, or what was built of it; does nothing where there is none, or another snapshot's. */
    void remove(SnapshotProto snapshot) throws IOException {
        for (Path root : dirs.roots()) {
            DurableFiles.deleteTree(NamespaceDirs.building(root, snapshot));
            Path target = NamespaceDirs.in(root, snapshot);
            if (NamespaceDirs.isOf(target, snapshot, blockPoolId)) {
                // First out of the way in one step: half a namespace under its name must never be seen.
                Path building = NamespaceDirs.building(root, snapshot);
                DurableFiles.move(target, building);
                DurableFiles.deleteTree(building);
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
                    DurableFiles.deleteTree(directory);
                }
            }
        }
    }
}
