/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.StoreException;

/** Space that was taken for one exception, until it is committed. Its state is guarded by the store's lock. */
final class Slot {
    enum State {
        /** Somebody copies the chunk. */
        TAKEN,
        /** Its data is on the way to the device. */
        WRITING,
        /** Its data has been written: it may be committed once all older slots are settled. */
        WRITTEN,
        /** There will be no data. */
        ABANDONED,
        /** Its data could not be written. */
        FAILED;

        boolean isSettled() {
            return this != TAKEN && this != WRITING;
        }
    }

    private final long oldChunk;
    private final long newChunk;
    private final CompletableFuture<ChunkLocation> done = new CompletableFuture<>();
    private State state = State.TAKEN;
    private @Nullable StoreException failure;

    Slot(long oldChunk, long newChunk) {
        this.oldChunk = oldChunk;
        this.newChunk = newChunk;
    }

    long oldChunk() {
        return oldChunk;
    }

    long newChunk() {
        return newChunk;
    }

    CompletableFuture<ChunkLocation> done() {
        return done;
    }

    State state() {
        return state;
    }

    void become(State next) {
        state = next;
    }

    /** What went wrong in {@link State#FAILED}. */
    @Nullable
    StoreException failure() {
        return failure;
    }

    void fail(StoreException cause) {
        failure = cause;
        state = State.FAILED;
    }
}
