/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreUsage;

/** A store with fault points: commits can be held or made to fail, and are written down. */
final class FaultyStore implements ExceptionStore {
    private final ExceptionStore delegate;
    final List<StoreRecord> records = new CopyOnWriteArrayList<>();
    final List<Long> chunks = new CopyOnWriteArrayList<>();
    private final Map<ChunkLocation, Long> chunkAt = new ConcurrentHashMap<>();
    final List<Long> losses = new CopyOnWriteArrayList<>();
    volatile CompletableFuture<Void> chunksHeldUntil = CompletableFuture.completedFuture(null);
    volatile CompletableFuture<Void> recordsHeldUntil = CompletableFuture.completedFuture(null);
    volatile boolean failChunks;
    volatile boolean failRecords;
    volatile boolean failLosses;
    volatile long rottenChunk = -1;
    volatile @Nullable IOException readFailure;

    FaultyStore(ExceptionStore delegate) {
        this.delegate = delegate;
    }

    @Override
    public String id() {
        return delegate.id();
    }

    @Override
    public void replay(Replay into) throws IOException {
        delegate.replay(into);
    }

    @Override
    public CompletableFuture<Void> commit(StoreRecord record) {
        if (failRecords) {
            return CompletableFuture.failedFuture(new StoreException("no room for a record"));
        }
        records.add(record);
        CompletableFuture<Void> done = delegate.commit(record);
        return recordsHeldUntil.thenCompose(go -> done);
    }

    @Override
    public CompletableFuture<ChunkLocation> commitChunk(long version, long chunk, ChunkContent content) {
        if (failChunks) {
            return CompletableFuture.failedFuture(new StoreException("no room for a chunk"));
        }
        chunks.add(chunk);
        CompletableFuture<ChunkLocation> done = delegate.commitChunk(version, chunk, content);
        return done.thenCombine(chunksHeldUntil, (location, go) -> {
            chunkAt.put(location, chunk);
            return location;
        });
    }

    @Override
    public ChunkContent read(ChunkLocation location) throws IOException {
        if (readFailure != null) {
            throw readFailure;
        }
        if (chunkAt.getOrDefault(location, 0L) == rottenChunk) {
            throw new StoreCorruptException("bad checksum at " + location.value());
        }
        return delegate.read(location);
    }

    @Override
    public void commitLoss(VersionHeader version, String reason) throws IOException {
        if (failLosses) {
            throw new StoreException("no room for a loss");
        }
        losses.add(version.number());
        delegate.commitLoss(version, reason);
    }

    @Override
    public StoreUsage usage() {
        return delegate.usage();
    }

    @Override
    public void compact() throws IOException {
        delegate.compact();
    }

    @Override
    public void close() throws IOException {
        delegate.close();
    }
}
