/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The snapshot reads in flight on the chunks of one block of the origin: dm-snap's tracked_chunk_hash, but waited for by
 * counting and a future where the kernel polls.
 *
 * <p>Not safe for threads: its block's lock guards it. Futures are completed by the caller, outside the lock.
 */
final class ConflictingReads {
    private static final CompletableFuture<Void> NONE = CompletableFuture.completedFuture(null);

    /** Reads of one chunk, until there is none. */
    static final class Group {
        private final long chunk;
        private final CompletableFuture<Void> drained = new CompletableFuture<>();
        private int inFlight;

        private Group(long chunk) {
            this.chunk = chunk;
        }

        CompletableFuture<Void> drained() {
            return drained;
        }
    }

    private final Map<Long, Group> groups = new HashMap<>();

    boolean isEmpty() {
        return groups.isEmpty();
    }

    /** Tracks a read that is about to be sent to the origin. */
    Group begin(long chunk) {
        Group group = groups.computeIfAbsent(chunk, Group::new);
        group.inFlight++;
        return group;
    }

    /**
     * A read has ended.
     *
     * @return whether it was the last of its group, whose future is then to be completed
     */
    boolean end(Group group) {
        if (--group.inFlight > 0) {
            return false;
        }
        groups.remove(group.chunk);
        return true;
    }

    /**
     * Completes when no read is in flight on the chunk. Once the chunk is completed no new read joins those that are:
     * they go to the store.
     */
    CompletableFuture<Void> drain(long chunk) {
        Group group = groups.get(chunk);
        return group == null ? NONE : group.drained;
    }
}
