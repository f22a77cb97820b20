/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreVersionException;
import org.volsnap.store.WholeReplica;

/**
 * Checks a store that no process has open, without touching it: its recovery runs over an overlay in memory, then every
 * chunk is read. Needs memory for the address of every chunk. Not for the process that has the store open. For one thread.
 */
public final class StoreChecker {
    private final StoreLayout layout;
    private final StoreFiles files;

    /** @param directory {@code <storage volume>/volsnap/<block pool>} */
    public StoreChecker(Path directory) {
        this(directory, new DiskFiles());
    }

    StoreChecker(Path directory, StoreFiles files) {
        this.layout = new StoreLayout(directory.toAbsolutePath());
        this.files = requireNonNull(files, "files is null");
    }

    /**
     * Reads everything.
     *
     * @throws StoreException when there is no store, or when it is in use before or after the check
     */
    public StoreReport check() throws IOException {
        requireStore();
        refuseInUse("");
        try {
            return read(new Counting());
        } catch (StoreCorruptException | StoreVersionException e) {
            return StoreReport.unreadable(String.valueOf(e.getMessage()));
        }
    }

    private void requireStore() throws IOException {
        if (files.list(layout.directory()).isEmpty()) {
            throw new StoreException("there is no store in " + layout.directory());
        }
    }

    /** The replay has counted already. */
    private record Counting() implements CheckReplay.Sink {
        @Override
        public void record(StoreRecord record) {}

        @Override
        public void chunk(long version, long chunk, ChunkContent content) {}
    }

    /**
     * Writes what is whole to another directory, as a store with the same id; what is not is lost there, and says so. Whole
     * replicas are copied. The source is left as it is. Durable when it returns.
     *
     * @param target an empty or absent directory outside of the store
     * @return what the check of the source found
     * @throws StoreException when the target is not empty, or the source can't be read at all
     */
    public StoreReport repairTo(Path target) throws IOException {
        Path to = target.toAbsolutePath();
        if (to.startsWith(layout.directory()) || !isEmpty(to)) {
            throw new StoreException(to + " is not an empty directory outside of the store");
        }
        requireStore();
        refuseInUse("");
        StoreHeader header = readHeader();
        try (FileStore copy = FileStore.open(to, optionsOf(header), new DiskFiles(), header::id)) {
            ExceptionStore exceptions = copy.exceptions();
            exceptions.replay(new CheckReplay(exceptions, new Copying(exceptions)));
            StoreReport report = read(new Copying(exceptions));
            exceptions.compact();
            copyLinks(new StoreLayout(to).links());
            return report;
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return true;
        }
        try (Stream<Path> content = Files.list(directory)) {
            return content.findAny().isEmpty();
        }
    }

    /** Commits what it gets. */
    private record Copying(ExceptionStore target) implements CheckReplay.Sink {
        @Override
        public void record(StoreRecord record) throws IOException {
            await(target.commit(record));
        }

        @Override
        public void chunk(long version, long chunk, ChunkContent content) throws IOException {
            await(target.commitChunk(version, chunk, content));
        }

        private static void await(CompletableFuture<?> commit) throws IOException {
            try {
                commit.get();
            } catch (ExecutionException e) {
                throw new IOException("the copy can't be written: " + e.getCause(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while the copy was written");
            }
        }
    }

    private void copyLinks(Path to) throws IOException {
        DiskFiles disk = new DiskFiles();
        try (Stream<Path> all = Files.walk(layout.links())) {
            for (Path from : (Iterable<Path>) all::iterator) {
                Path copy = to.resolve(layout.links().relativize(from));
                if (Files.isDirectory(from)) {
                    disk.createDirectories(copy);
                } else {
                    Files.copy(from, copy);
                    try (StoreFile file = disk.openWrite(copy)) {
                        file.force();
                    }
                }
            }
        }
        try (Stream<Path> all = Files.walk(to)) {
            for (Path made : (Iterable<Path>) all.filter(Files::isDirectory)::iterator) {
                disk.forceDirectory(made);
            }
        }
    }

    // ---- reading

    private StoreReport read(CheckReplay.Sink sink) throws IOException {
        refuseInUse("");
        StoreReport report;
        try {
            report = replay(readHeader(), sink);
        } catch (UncheckedIOException e) {
            throw requireNonNull(e.getCause(), "an unchecked I/O error has a cause");
        }
        refuseInUse(" by now: what was found does not hold");
        return report;
    }

    private StoreReport replay(StoreHeader header, CheckReplay.Sink sink) throws IOException {
        OverlayFiles overlay = new OverlayFiles(files);
        FileStoreOptions options = optionsOf(header);
        SegmentFiles segments = new SegmentFiles(overlay, layout, header.id());
        try (LogExceptionStore store = new LogExceptionStore(header.id(), options, segments)) {
            CheckReplay replay = new CheckReplay(store, sink);
            store.replay(replay);
            return replay.readChunks(wholeReplicas(new LinkedReplicaStore(overlay, options.pool(), layout.links())));
        }
    }

    private static long wholeReplicas(LinkedReplicaStore replicas) throws IOException {
        long count = 0;
        try (Stream<SnapshotId> owners = replicas.owners()) {
            for (SnapshotId owner : (Iterable<SnapshotId>) owners::iterator) {
                try (Stream<WholeReplica> kept = replicas.list(owner)) {
                    count += kept.count();
                }
            }
        }
        return count;
    }

    private StoreHeader readHeader() throws IOException {
        CheckedFile file = new CheckedFile(files, layout.header(), CheckedFileFormat.STORE_MAGIC);
        return StoreHeader.decode(file.read(), file.path());
    }

    private static FileStoreOptions optionsOf(StoreHeader header) {
        Map<String, String> identity = new TreeMap<>(header.traits());
        identity.remove(StoreHeader.POOL);
        return FileStoreOptions.of(header.pool(), identity, new ChunkGeometry(header.chunkShift()));
    }

    /** A shared lock that is let go at once: a DataNode that starts is not kept from it. */
    private void refuseInUse(String sinceWhen) throws IOException {
        if (!(files instanceof DiskFiles) || !files.exists(layout.lock())) {
            return;
        }
        try (FileChannel channel = FileChannel.open(layout.lock(), StandardOpenOption.READ)) {
            FileLock lock = tryShared(channel);
            if (lock == null) {
                throw new StoreException("the store in " + layout.directory() + " is in use" + sinceWhen);
            }
            lock.release();
        }
    }

    private static @Nullable FileLock tryShared(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, true);
        } catch (OverlappingFileLockException e) {
            return null; // held in this process
        }
    }
}
