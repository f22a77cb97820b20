/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The exceptions in flight, in the order in which their space was taken. Guarded by the store's lock. */
final class SlotQueue {
    private final Deque<Slot> inOrder = new ArrayDeque<>();
    private final Map<Long, Slot> byOldChunk = new HashMap<>();

    boolean isEmpty() {
        return inOrder.isEmpty();
    }

    void add(Slot slot) {
        inOrder.addLast(slot);
        byOldChunk.put(slot.oldChunk(), slot);
    }

    @Nullable
    Slot find(long oldChunk) {
        return byOldChunk.get(oldChunk);
    }

    List<Slot> all() {
        return List.copyOf(inOrder);
    }

    /** Takes the oldest out, if it is settled. */
    @Nullable
    Slot pollSettled() {
        Slot oldest = inOrder.peekFirst();
        if (oldest == null || !oldest.state().isSettled()) {
            return null;
        }
        inOrder.removeFirst();
        byOldChunk.remove(oldest.oldChunk());
        return oldest;
    }
}
