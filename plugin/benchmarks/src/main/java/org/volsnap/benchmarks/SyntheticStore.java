/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.function.LongUnaryOperator;
import org.volsnap.model.Base;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreUsage;

/** A store that replays made up exceptions of one version, and takes none. */
final class SyntheticStore implements ExceptionStore {
    private final VersionHeader version;
    private final long count;
    private final LongUnaryOperator chunks;
    private final LongUnaryOperator locations;
    private final int chunkBytes;

    /**
     * @param count exceptions
     * @param chunks the chunk of each, none twice
     * @param locations the location of each
     */
    SyntheticStore(
            VersionHeader version, long count, LongUnaryOperator chunks, LongUnaryOperator locations, int chunkBytes) {
        this.version = version;
        this.count = count;
        this.chunks = chunks;
        this.locations = locations;
        this.chunkBytes = chunkBytes;
    }

    @Override
    public String id() {
        return "synthetic";
    }

    @Override
    public void replay(Replay into) {
        into.record(new StoreRecord.VersionPreserved(version));
        long stamp = version.key().stamp();
        into.record(new StoreRecord.BaseChanged(
                version.lineage(), new Base(stamp, version.length(), stamp, version.length()), 2));
        for (long i = 0; i < count; i++) {
            ChunkLocation location = new ChunkLocation(locations.applyAsLong(i));
            into.chunk(version.number(), chunks.applyAsLong(i), location, chunkBytes);
        }
    }

    @Override
    public CompletableFuture<Void> commit(StoreRecord record) {
        return CompletableFuture.failedFuture(new StoreException("made up"));
    }

    @Override
    public CompletableFuture<ChunkLocation> commitChunk(long number, long chunk, ChunkContent content) {
        return CompletableFuture.failedFuture(new StoreException("made up"));
    }

    @Override
    public ChunkContent read(ChunkLocation location) throws StoreException {
        throw new StoreException("made up");
    }

    @Override
    public void commitLoss(VersionHeader lost, String reason) throws StoreException {
        throw new StoreException("made up");
    }

    @Override
    public StoreUsage usage() {
        return new StoreUsage(0, 0);
    }

    @Override
    public void compact() {}

    @Override
    public void close() {}
}
