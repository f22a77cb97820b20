/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.List;
import java.util.function.UnaryOperator;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.store.SnapshotException;

/** The snapshots of the block pool, oldest to newest. Reading takes no lock; updates are made one after the other. */
final class Chain {
    private final Object updating = new Object();

    /** Written under the lock, read without it: each value is immutable. */
    private volatile ChainState state;

    Chain(List<ChainLink> links) {
        state = ChainState.of(links);
    }

    ChainState state() {
        return state;
    }

    /** @throws SnapshotException when it is not in the chain */
    ChainLink require(SnapshotId id) throws SnapshotException {
        return state.find(id).orElseThrow(() -> new SnapshotException("snapshot " + id + " is not known here"));
    }

    /** Adds a snapshot with an open fence at the place of its id, unless it is known. */
    void add(SnapshotId id) {
        update(now -> now.find(id).isPresent() ? now : now.with(new ChainLink(id, StampFence.OPEN)));
    }

    void setFence(SnapshotId id, StampFence fence) throws SnapshotException {
        require(id);
        update(now -> now.find(id).isPresent() ? now.with(new ChainLink(id, fence)) : now);
    }

    /** Puts {@code real} where {@code provisional} is, with its fence, unless it is known already. */
    void replace(SnapshotId provisional, SnapshotId real) {
        update(now -> {
            StampFence fence = now.find(provisional).map(ChainLink::fence).orElse(StampFence.OPEN);
            ChainState added = now.find(real).isPresent() ? now : now.with(new ChainLink(real, fence));
            return added.withLeaving(provisional);
        });
    }

    /** Takes a snapshot out; until {@link #forget} it may still own something. */
    void leave(SnapshotId id) {
        update(now -> now.withLeaving(id));
    }

    /** Nothing is owned by it any more. */
    void forget(SnapshotId id) {
        update(now -> now.without(id));
    }

    private void update(UnaryOperator<ChainState> step) {
        synchronized (updating) {
            state = step.apply(state);
        }
    }
}
