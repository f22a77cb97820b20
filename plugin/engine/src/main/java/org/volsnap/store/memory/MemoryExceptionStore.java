/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.memory;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreUsage;

/** A transient exception store: a handle on content in memory. Freed space is free at once. */
public final class MemoryExceptionStore implements ExceptionStore {
    private final MemoryContent content;
    private volatile boolean closed;

    public MemoryExceptionStore(MemoryContent content) {
        this.content = requireNonNull(content, "content is null");
    }

    @Override
    public String id() {
        return content.id();
    }

    @Override
    public void replay(Replay into) throws StoreException {
        checkOpen();
        content.replay(into);
    }

    @Override
    public CompletableFuture<Void> commit(StoreRecord record) {
        try {
            checkOpen();
            content.apply(record);
            return CompletableFuture.completedFuture(null);
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<ChunkLocation> commitChunk(long version, long chunk, ChunkContent chunkContent) {
        try {
            checkOpen();
            return CompletableFuture.completedFuture(content.put(version, chunk, copyOf(chunkContent)));
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The caller's buffers are its own again when the commit is done. */
    private static ChunkContent copyOf(ChunkContent content) {
        return new ChunkContent(copyOf(content.data()), copyOf(content.checksums()));
    }

    private static ByteBuffer copyOf(ByteBuffer buffer) {
        return ByteBuffer.allocate(buffer.remaining()).put(buffer).flip();
    }

    @Override
    public ChunkContent read(ChunkLocation location) throws StoreException {
        checkOpen();
        return content.get(location);
    }

    @Override
    public void commitLoss(VersionHeader version, String reason) throws StoreException {
        checkOpen();
        content.apply(new StoreRecord.VersionPreserved(version));
        content.apply(new StoreRecord.VersionLost(version.number(), reason));
    }

    @Override
    public StoreUsage usage() {
        return content.usage();
    }

    @Override
    public void compact() throws StoreException {
        checkOpen();
    }

    @Override
    public void close() {
        closed = true;
    }

    private void checkOpen() throws StoreException {
        if (closed) {
            throw new StoreException("the store " + content.id() + " is closed");
        }
    }
}
