/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.common.collect.ImmutableSetMultimap;

/**
 * The state of a chunk towards the newest version that needs it: dm-snapshot's, made of two tables.
 *
 * <pre>
 *               pending  completed   snapshot read      origin change
 *   UNTOUCHED   no       no          origin, tracked    makes it pending, waits
 *   COPYING     yes      no          origin, tracked    waits
 *   DRAINING    yes      yes         store              waits
 *   REMAPPED    no       yes         store              goes through
 *
 *                 copy begins            durable                reads drained
 *   UNTOUCHED A ---------------> COPYING B ------> DRAINING C ---------------> REMAPPED D
 *       ^ ^                        |                                               |
 *       | +------------------------+                                               |
 *       |   copy failed, the loss is recorded, reads drained                       |
 *       +--------------------------------------------------------------------------+
 *            a drop freed the exception
 * </pre>
 *
 * The header of a replica goes the same way: it is the chunk that every change touches, and no read waits on it.
 * Source: drivers/md/dm-snap.c, __origin_write, snapshot_map, pending_complete.
 */
enum ChunkState {
    /** A: the origin is the data. */
    UNTOUCHED,
    /** B: a copy is under way. */
    COPYING,
    /** C: durable; reads that were sent to the origin before are still in flight. */
    DRAINING,
    /** D: the store is the data. */
    REMAPPED;

    private static final ImmutableSetMultimap<ChunkState, ChunkState> TRANSITIONS =
            ImmutableSetMultimap.<ChunkState, ChunkState>builder()
                    .put(UNTOUCHED, COPYING)
                    .put(COPYING, DRAINING)
                    .put(COPYING, UNTOUCHED)
                    .put(DRAINING, REMAPPED)
                    .put(REMAPPED, UNTOUCHED)
                    .build();

    static ChunkState of(boolean pending, boolean completed) {
        if (pending) {
            return completed ? DRAINING : COPYING;
        }
        return completed ? REMAPPED : UNTOUCHED;
    }

    boolean isPending() {
        return this == COPYING || this == DRAINING;
    }

    boolean isCompleted() {
        return this == DRAINING || this == REMAPPED;
    }

    boolean mayBecome(ChunkState next) {
        return TRANSITIONS.containsEntry(this, next);
    }

    /** @throws IllegalStateException when the machine has no such transition */
    static void validate(ChunkState from, ChunkState to) {
        if (!from.mayBecome(to)) {
            throw new IllegalStateException(
                    "a chunk can't go from " + from + " to " + to + ", only to " + TRANSITIONS.get(from));
        }
    }
}
