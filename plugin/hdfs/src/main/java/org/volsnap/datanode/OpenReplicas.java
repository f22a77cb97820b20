/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Ids of the replicas of one block pool that may be open: being written, or waiting for recovery. A superset, so that a
 * snapshot can record them without a scan: Hadoop's starts of writing can all be seen, its ends can't (a delete is
 * carried out later, or not at all). So an id goes in before Hadoop is called, and out when Hadoop has finalized the
 * replica, or when it is pruned. Safe for many threads.
 */
final class OpenReplicas {
    private static final int FIRST_PRUNE_SIZE = 4096;

    private final ConcurrentHashMap<Long, Stage> stages = new ConcurrentHashMap<>();
    private final LongPredicate mayBeOpen;
    private volatile int pruneSize = FIRST_PRUNE_SIZE;

    /** @param mayBeOpen asks Hadoop's map, as it is now */
    OpenReplicas(LongPredicate mayBeOpen) {
        this.mayBeOpen = mayBeOpen;
    }

    /** The start or the end of one replica's writing, around the call to Hadoop. */
    interface Call extends AutoCloseable {
        @Override
        void close();
    }

    /** Compared by identity: each start has its own, so that the end of an earlier one can't undo a later one. */
    private static final class Stage {
        final boolean starting;

        Stage(boolean starting) {
            this.starting = starting;
        }
    }

    /** Before a call that may open the replica. Until it is closed the id stays, whatever Hadoop's map says. */
    Call start(long blockId) {
        Stage starting = new Stage(true);
        stages.put(blockId, starting);
        pruneIfLarge();
        return () -> stages.replace(blockId, starting, new Stage(false));
    }

    /** Before a call that finalizes the replica; {@code run} the result when that has succeeded. */
    Runnable end(long blockId) {
        @Nullable Stage before = stages.get(blockId);
        return () -> {
            if (before != null) {
                stages.remove(blockId, before);
            }
        };
    }

    /** Takes in what Hadoop found open on the disks. */
    void found(long blockId) {
        stages.putIfAbsent(blockId, new Stage(false));
    }

    /** Ids kept now, pruned or not. */
    int size() {
        return stages.size();
    }

    /** All ids that may be open now, after pruning. */
    Collection<Long> ids() {
        prune();
        return List.copyOf(stages.keySet());
    }

    private void pruneIfLarge() {
        if (stages.size() > pruneSize) {
            prune();
            pruneSize = Math.max(FIRST_PRUNE_SIZE, 2 * stages.size());
        }
    }

    private void prune() {
        for (var entry : new ArrayList<>(stages.entrySet())) {
            if (!entry.getValue().starting && !mayBeOpen.test(entry.getKey())) {
                stages.remove(entry.getKey(), entry.getValue());
            }
        }
    }
}
