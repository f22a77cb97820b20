/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.volsnap.engine.CopyService.Outcome;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.OverflowPolicy;
import org.volsnap.store.SingleSnapshotStore;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreFullException;
import org.volsnap.store.VersionLostException;

/**
 * Writes to a snapshot that has its store for itself: into the same exceptions as copies of the origin, in place
 * (dm-snap.c, snapshot_map). A chunk that is not there yet is copied first, unless all of it is written.
 */
final class InPlaceWriter {
    private final EngineContext context;
    private final BlockIndex index;
    private final Preserver preserver;

    InPlaceWriter(EngineContext context, BlockIndex index, Preserver preserver) {
        this.context = context;
        this.index = index;
        this.preserver = preserver;
    }

    /**
     * Writes all parts; they are begun in order and end in any. After a failure some may have been written.
     *
     * @throws VersionLostException when the snapshot's version is lost
     * @throws StoreException when it takes no more writes, or one could not be stored
     */
    void write(Version version, long offset, ByteBuffer data) throws IOException {
        checkArgument(
                offset >= 0 && offset + data.remaining() <= version.header().length(),
                "bytes %s to %s are not all in %s",
                offset,
                offset + data.remaining(),
                version.header());
        try (BlockIndex.Use use = index.use(version.header().key().blockId())) {
            List<Writing> writings = new ArrayList<>();
            for (ChunkWrite part : ChunkWrite.split(geometry(), offset, data)) {
                writings.add(new Writing(use.block(), version, part));
            }
            writings.forEach(Writing::begin);
            finish(writings);
        }
    }

    /** Makes bytes zero as far as the snapshot has exceptions for them; of the others nothing changes. */
    void discard(Version version, long offset, long length) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(geometry().chunkSizeBytes());
        try (BlockIndex.Use use = index.use(version.header().key().blockId())) {
            for (long chunk :
                    geometry().covering(offset, offset + length).chunks().toArray()) {
                long first = Math.max(offset, geometry().offsetOf(chunk));
                long end = Math.min(offset + length, geometry().offsetOf(chunk + 1));
                int inChunk = (int) (first - geometry().offsetOf(chunk));
                ByteBuffer part = zeros.duplicate().limit((int) (end - first));
                WriteStep step = use.block().discardStep(version, chunk);
                if (step instanceof WriteStep.InPlace inPlace) {
                    storeOf(version).overwrite(inPlace.location(), inChunk, part);
                } else if (step instanceof WriteStep.Refused refused) {
                    throw new StoreException(refused.reason());
                }
            }
        }
    }

    private ChunkGeometry geometry() {
        return context.settings().geometry();
    }

    private static SingleSnapshotStore storeOf(Version version) {
        return (SingleSnapshotStore) version.store().exceptions();
    }

    private static void finish(List<Writing> writings) throws IOException {
        IOException first = null;
        for (Writing writing : writings) {
            try {
                writing.finish();
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** One part on its way. Used by one thread; told of its commit by another. */
    private final class Writing {
        private final BlockExceptions block;
        private final Version version;
        private final ChunkWrite part;
        private CompletableFuture<Void> wait = CompletableFuture.completedFuture(null);
        /** Of a whole chunk: completes when it was its own exception that was committed. */
        private volatile boolean filled;

        /** Waits for the chunk's pending exception: what ends the snapshot's writes later does not end this one. */
        private boolean admitted;

        private boolean written;
        private @Nullable IOException failure;

        private Writing(BlockExceptions block, Version version, ChunkWrite part) {
            this.block = block;
            this.version = version;
            this.part = part;
        }

        /** The first step; those of all parts are made in order, before any is waited for. */
        private void begin() {
            try {
                step();
            } catch (IOException e) {
                failure = e;
            }
        }

        private void finish() throws IOException {
            if (failure != null) {
                throw failure;
            }
            while (!written) {
                Waits.await(wait);
                if (filled) {
                    return;
                }
                step();
            }
        }

        private void step() throws IOException {
            int length = version.lengthOf(geometry(), part.chunk());
            WriteStep step = block.writeStep(version, part.chunk(), length, admitted);
            if (step instanceof WriteStep.Join join) {
                wait = join.gone();
                admitted = true;
            } else if (step instanceof WriteStep.InPlace inPlace) {
                storeOf(version).overwrite(inPlace.location(), part.offset(), part.data());
                written = true;
            } else if (step instanceof WriteStep.Fill fill) {
                wait = fill.pending().gone();
                fill(fill.pending());
            } else if (step instanceof WriteStep.Refused refused) {
                throw new StoreException(refused.reason());
            }
        }

        private void fill(PendingException pending) {
            try {
                begin(pending);
                admitted = true;
            } catch (StoreFullException e) {
                full(pending, e);
            } catch (StoreException | RuntimeException e) {
                preserver.copied(block, pending, true, Outcome.failed(e));
            }
        }

        private void begin(PendingException pending) throws StoreException {
            if (!part.isWhole(geometry())) {
                preserver.copy(block, version.header().key(), pending);
                return;
            }
            SingleSnapshotStore store = storeOf(version);
            store.prepareChunk(version.number(), part.chunk());
            Waits.whenDone(
                    store.commitChunk(version.number(), part.chunk(), ChunkContent.plain(part.data()))
                            .handle(this::committed)
                            .thenAccept(outcome -> preserver.copied(block, pending, true, outcome)),
                    () -> {});
        }

        private Outcome committed(ChunkLocation location, Throwable failure) {
            filled = failure == null;
            return new Outcome(location, failure);
        }

        private void full(PendingException pending, StoreFullException failure) {
            if (storeOf(version).overflowPolicy() == OverflowPolicy.KEEP_READABLE) {
                block.endWrites(version.number(), String.valueOf(failure.getMessage()));
                preserver.abandon(block, pending);
            } else {
                preserver.copied(block, pending, true, Outcome.failed(failure));
            }
        }
    }
}
