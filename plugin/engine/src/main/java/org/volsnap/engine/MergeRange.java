/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.volsnap.model.ChunkRange;

/**
 * Keeps writes and a merge apart, chunk by chunk: the merge waits for writes that began before it came to their chunks,
 * later ones wait for it (dm-snap.c, first_merging_chunk, __check_for_conflicting_io, bios_queued_during_merge). Safe
 * for many threads; no lock is held by those who wait or write.
 */
final class MergeRange {
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final ConflictingReads writes = new ConflictingReads();

    @GuardedBy("lock")
    private ChunkRange merging = ChunkRange.EMPTY;

    /** Completes with whether the range was merged. */
    @GuardedBy("lock")
    private CompletableFuture<Boolean> merged = CompletableFuture.completedFuture(true);

    /** A write of one chunk, until it is closed. */
    final class Writing implements AutoCloseable {
        private final ConflictingReads.Group group;

        private Writing(ConflictingReads.Group group) {
            this.group = group;
        }

        @Override
        public void close() {
            boolean last;
            synchronized (lock) {
                last = writes.end(group);
            }
            if (last) {
                group.drained().complete(null);
            }
        }
    }

    /**
     * Begins a write when the chunk is not being merged.
     *
     * @throws IOException when it waited for a merge that failed
     */
    Writing beginWrite(long chunk) throws IOException {
        while (true) {
            CompletableFuture<Boolean> wait;
            synchronized (lock) {
                if (!contains(merging, chunk)) {
                    return new Writing(writes.begin(chunk));
                }
                wait = merged;
            }
            Waits.await(wait);
            if (!wait.join()) {
                throw new IOException("the merge of chunk " + chunk + " has failed");
            }
        }
    }

    private static boolean contains(ChunkRange range, long chunk) {
        return chunk >= range.first() && chunk < range.end();
    }

    /** Keeps new writes out of these chunks, and waits for those that are inside. To be ended, whatever happens. */
    void enter(ChunkRange range) throws InterruptedIOException {
        List<CompletableFuture<Void>> drains = new ArrayList<>();
        synchronized (lock) {
            merging = range;
            merged = new CompletableFuture<>();
            for (long chunk = range.first(); chunk < range.end(); chunk++) {
                drains.add(writes.drain(chunk));
            }
        }
        Waits.awaitAll(drains);
    }

    /** Lets writes in again. */
    void leave(boolean success) {
        CompletableFuture<Boolean> told;
        synchronized (lock) {
            merging = ChunkRange.EMPTY;
            told = merged;
        }
        told.complete(success);
    }
}
