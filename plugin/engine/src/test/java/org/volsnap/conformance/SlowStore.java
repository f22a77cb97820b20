/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreUsage;

/**
 * A store that takes as long to commit a chunk as the trace's slowest COW device: one write of data, one of metadata.
 * After the power was cut it takes nothing.
 */
final class SlowStore implements ExceptionStore {
    private static final int WRITES = 2;

    private final ExceptionStore store;
    private final Machine machine;
    private final IntSupplier writeMillis;
    private final int cuts;

    SlowStore(ExceptionStore store, Machine machine, IntSupplier writeMillis) {
        this.store = store;
        this.machine = machine;
        this.writeMillis = writeMillis;
        this.cuts = machine.time().cuts();
    }

    @Override
    public CompletableFuture<ChunkLocation> commitChunk(long version, long chunk, ChunkContent content) {
        int delay = WRITES * writeMillis.getAsInt();
        if (delay == 0) {
            return commitNow(version, chunk, content);
        }
        return machine.start(() -> {
                    machine.time().after(delay, this::checkPower);
                    return this;
                })
                .thenCompose(store -> store.commitNow(version, chunk, content));
    }

    private CompletableFuture<ChunkLocation> commitNow(long version, long chunk, ChunkContent content) {
        try {
            checkPower();
            return store.commitChunk(version, chunk, content);
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void checkPower() throws StoreException {
        if (machine.time().cuts() != cuts) {
            throw new StoreException("the power was cut");
        }
    }

    @Override
    public String id() {
        return store.id();
    }

    @Override
    public void replay(Replay into) throws IOException {
        store.replay(into);
    }

    @Override
    public CompletableFuture<Void> commit(StoreRecord record) {
        try {
            checkPower();
            return store.commit(record);
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public ChunkContent read(ChunkLocation location) throws IOException {
        return store.read(location);
    }

    @Override
    public void commitLoss(VersionHeader version, String reason) throws IOException {
        checkPower();
        store.commitLoss(version, reason);
    }

    @Override
    public StoreUsage usage() {
        return store.usage();
    }

    @Override
    public void compact() throws IOException {
        store.compact();
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
