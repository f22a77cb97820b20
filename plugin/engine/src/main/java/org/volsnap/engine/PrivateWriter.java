/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Lists;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.OverflowPolicy;
import org.volsnap.store.SnapshotException;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreFullException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreUsage;
import org.volsnap.store.VersionLostException;
import org.volsnap.store.WholeReplica;

/**
 * Writes to a snapshot that shares its stores with others: into a version of its own, which nobody else sees
 * (docs/decisions/0007). Always whole chunks: the part of one is merged with what the snapshot has. Writes of one chunk
 * wait for each other in a queue; changes of the origin and reads wait for none of them.
 */
final class PrivateWriter {
    /** Bounds the memory of one write. */
    private static final int CHUNKS_A_ROUND = 64;

    /** Chunks between two looks at how much of a store is dead. */
    private static final int CHUNKS_BETWEEN_CHECKS = 1024;

    /** A chunk of a private version. */
    private record Place(long version, long chunk) {}

    private final EngineContext context;
    private final BlockIndex index;
    private final SnapshotReader reader;
    private final WholeReplicas wholeReplicas;
    private final LossRecorder losses;
    private final ChangeEpochs epochs;
    /** Gives dead space back, some time later. */
    private final Runnable compaction;

    private final BlockGate beginnings = new BlockGate();
    private final Gate<Place> places = new Gate<>();
    private final AtomicLong chunksWritten = new AtomicLong();

    PrivateWriter(
            EngineContext context,
            BlockIndex index,
            SnapshotReader reader,
            WholeReplicas wholeReplicas,
            LossRecorder losses,
            ChangeEpochs epochs,
            Runnable compaction) {
        this.context = context;
        this.index = index;
        this.reader = reader;
        this.wholeReplicas = wholeReplicas;
        this.losses = losses;
        this.epochs = epochs;
        this.compaction = compaction;
    }

    /**
     * Writes to a snapshot; durable when it returns. After a failure some chunks may have been written, each of them
     * whole or not at all.
     *
     * @throws VersionLostException when the snapshot's version is lost
     * @throws StoreException when it could not be stored
     */
    void write(SnapshotId snapshot, BlockKey key, long offset, ByteBuffer data) throws IOException {
        try (Session session = new Session(snapshot, key, offset, data.remaining())) {
            for (List<ChunkWrite> round : Lists.partition(ChunkWrite.split(geometry(), offset, data), CHUNKS_A_ROUND)) {
                session.write(round);
            }
        }
    }

    /** Makes bytes zero as far as the snapshot has exceptions for them; of the others nothing changes. */
    void discard(SnapshotId snapshot, BlockKey key, long offset, long length) throws IOException {
        try (Session session = new Session(snapshot, key, offset, length)) {
            for (long chunk :
                    geometry().covering(offset, offset + length).chunks().toArray()) {
                long first = Math.max(offset, geometry().offsetOf(chunk));
                long end = Math.min(offset + length, geometry().offsetOf(chunk + 1));
                int inChunk = (int) (first - geometry().offsetOf(chunk));
                if (session.isStored(chunk)) {
                    session.write(List.of(new ChunkWrite(chunk, inChunk, ByteBuffer.allocate((int) (end - first)))));
                }
            }
        }
    }

    private ChunkGeometry geometry() {
        return context.settings().geometry();
    }

    private void sweepSometimes(AttachedStore store, boolean failed) {
        if (failed || chunksWritten.incrementAndGet() % CHUNKS_BETWEEN_CHECKS == 0) {
            StoreUsage usage = store.exceptions().usage();
            if (usage.totalBytes() - usage.liveBytes() > (failed ? 0 : usage.liveBytes())) {
                compaction.run();
            }
        }
    }

    /** One call, by one thread. A drop waits until it has ended, its commits included. */
    private final class Session implements AutoCloseable {
        private final SnapshotId snapshot;
        private final VersionView view;
        private final ChangeEpochs.Epoch epoch;
        private final BlockIndex.Use use;
        private final List<CompletableFuture<Void>> ends = new ArrayList<>();

        Session(SnapshotId snapshot, BlockKey key, long offset, long length) throws IOException {
            this.snapshot = snapshot;
            this.epoch = epochs.enter();
            this.use = index.use(key.blockId());
            boolean opened = false;
            try {
                view = reader.view(snapshot, key)
                        .orElseThrow(() -> new SnapshotException("snapshot " + snapshot + " holds nothing of " + key));
                long end = offset + length;
                checkArgument(
                        offset >= 0 && length >= 0 && end <= view.length(),
                        "bytes %s to %s are not all in %s",
                        offset,
                        end,
                        key);
                opened = true;
            } finally {
                if (!opened) {
                    end();
                }
            }
        }

        @Override
        public void close() {
            Waits.whenDone(CompletableFuture.allOf(ends.toArray(new CompletableFuture<?>[0])), this::end);
        }

        private void end() {
            use.close();
            epoch.leave();
        }

        boolean isStored(long chunk) throws IOException {
            ChunkSource source = use.block().locate(context.chain().require(snapshot), view.key(), chunk);
            if (source instanceof ChunkSource.OnBase onBase) {
                use.block().endRead(onBase.read());
            } else if (source instanceof ChunkSource.Live live) {
                use.block().endRead(live.read());
            }
            return source instanceof ChunkSource.Stored;
        }

        /** @param parts in ascending order of chunks, so that two calls never wait for each other */
        void write(List<ChunkWrite> parts) throws IOException {
            Version version = version();
            List<Gate<Place>.Ticket> tickets = new ArrayList<>(parts.size());
            List<CompletableFuture<Void>> commits = new ArrayList<>(parts.size());
            try {
                for (ChunkWrite part : parts) {
                    tickets.add(places.enter(new Place(version.number(), part.chunk())));
                }
                for (ChunkWrite part : parts) {
                    CompletableFuture<Void> commit = begin(version, part);
                    Waits.whenDone(commit, tickets.get(commits.size())::close);
                    commits.add(commit);
                    ends.add(commit.handle((done, failure) -> null));
                }
            } finally {
                tickets.subList(commits.size(), tickets.size()).forEach(Gate.Ticket::close);
            }
            Waits.awaitAll(commits);
            throwFailure(version, commits);
        }

        /** Completes when the chunk is durable and to be seen. */
        private CompletableFuture<Void> begin(Version version, ChunkWrite part) throws IOException {
            AttachedStore store = version.store();
            ChunkContent content = contentOf(version, part);
            try {
                store.exceptions().prepareChunk(version.number(), part.chunk());
            } catch (StoreFullException e) {
                return CompletableFuture.failedFuture(e);
            }
            CompletableFuture<ChunkLocation> commit =
                    store.exceptions().commitChunk(version.number(), part.chunk(), content);
            return commit.thenAccept(location -> use.block().rewrite(version, part.chunk(), location));
        }

        private ChunkContent contentOf(Version version, ChunkWrite part) throws IOException {
            boolean whole = part.data().remaining() == version.lengthOf(geometry(), part.chunk());
            ChunkContent before = whole ? ChunkContent.plain(ByteBuffer.allocate(0)) : view.read(part.chunk());
            return context.origin().overwrite(view.checksumHeader(), before, part.offset(), part.data());
        }

        private void throwFailure(Version version, List<CompletableFuture<Void>> commits) throws IOException {
            Throwable failure = null;
            for (CompletableFuture<Void> commit : commits) {
                Throwable failed = failureOf(commit);
                sweepSometimes(version.store(), failed != null);
                failure = failure == null ? failed : failure;
            }
            if (failure != null) {
                throw refused(version, failure);
            }
        }

        /** dm-snap.c, snapshot_map: with P the snapshot is invalid from now on, with PO the write alone has failed. */
        private StoreException refused(Version version, Throwable failure) {
            if (version.store().overflow() == OverflowPolicy.INVALIDATE) {
                losses.record(use.block(), version, "a write of its snapshot could not be stored: " + failure);
            }
            return new StoreException(
                    "snapshot " + snapshot + " could not be written: " + failure.getMessage(), failure);
        }

        // ---- the version

        private Version version() throws IOException {
            Optional<Version> known = use.block().privateVersion(snapshot, view.key());
            if (known.isEmpty()) {
                try (BlockGate.Ticket turn = beginnings.enter(view.key().blockId())) {
                    known = use.block().privateVersion(snapshot, view.key());
                    return known.isPresent() ? usable(known.get()) : begin();
                }
            }
            return usable(known.get());
        }

        private Version usable(Version version) throws IOException {
            if (version.lost() != null) {
                throw new VersionLostException(version.header() + " is lost: " + version.lost());
            }
            requirePresent(version.store());
            return version;
        }

        private Version begin() throws IOException {
            AttachedStore store = home();
            requirePresent(store);
            long lineage = context.numbers().next();
            VersionHeader header = new VersionHeader(
                    context.numbers().next(),
                    lineage,
                    view.key(),
                    snapshot,
                    view.length(),
                    VersionState.PRIVATE,
                    VersionHeader.NEVER,
                    view.checksumHeader());
            Version version = Version.preserved(header, store);
            CompletableFuture<Void> commit = store.exceptions().commit(new StoreRecord.VersionPreserved(header));
            Waits.await(commit);
            Throwable failure = failureOf(commit);
            if (failure == null) {
                use.block().addAlone(version);
                return version;
            }
            if (store.overflow() == OverflowPolicy.INVALIDATE) {
                use.block().addAlone(version.lostFor(String.valueOf(failure.getMessage())));
            }
            throw refused(version, failure);
        }

        /** With what is preserved of the version, else with the replica. */
        private AttachedStore home() throws IOException {
            ChainLink link = context.chain().require(snapshot);
            BlockKey key = view.key();
            Optional<Version> preserved = use.block().visible(link, key);
            if (preserved.isPresent()) {
                return preserved.get().store();
            }
            Optional<LiveReplica> live = context.origin()
                    .find(key.pool(), key.blockId())
                    .filter(replica -> replica.key().equals(key));
            if (live.isPresent()) {
                return context.volumes().of(live.get());
            }
            WholeReplica kept = wholeReplicas
                    .find(key, context.chain().state().ownersFrom(snapshot))
                    .orElseThrow(() -> new VersionGoneException(key + " is neither live nor kept"));
            return wholeReplicas.homeOf(kept);
        }
    }

    private static void requirePresent(AttachedStore store) throws StoreException {
        if (!store.isPresent()) {
            throw new StoreException(store + " is not attached");
        }
    }

    /** Why a future that is done has failed; null when it has not. */
    private static @Nullable Throwable failureOf(CompletableFuture<Void> done) {
        return done.handle((value, failure) -> failure).join();
    }
}
