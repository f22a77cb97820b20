/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;

import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Several chains of snapshots on one origin, each with its own store and chunk size: a change passes when every chain
 * lets it. What is missing is copied for all of them at once; then all are looked at again (dm-snap.c, __origin_write,
 * retry_origin_bios). Safe for many threads.
 */
public final class OriginChains {
    private record Member(CowEngine chain, VolumeStore store) {}

    private final CopyOnWriteArrayList<Member> members = new CopyOnWriteArrayList<>();
    private final ChangeEpochs epochs = new ChangeEpochs();

    /**
     * Adds a chain. Returns when every change that began without it has ended: that is its point in time.
     *
     * @param store where the chain keeps what it preserves of this origin
     */
    public void add(CowEngine chain, VolumeStore store) throws InterruptedIOException {
        members.add(new Member(requireNonNull(chain, "chain is null"), requireNonNull(store, "store is null")));
        Waits.await(epochs.advance());
    }

    /** Lets a chain go. Returns when no change looks at it any more. */
    public void remove(CowEngine chain) throws InterruptedIOException {
        members.removeIf(member -> member.chain() == chain);
        Waits.await(epochs.advance());
    }

    /**
     * Passes with a change that writes over bytes in place, which leaves stamp and length as they are. Overlapping ones
     * may be inside together, as on any device.
     *
     * @param replica the origin; the volume it names is of no account here
     * @param offset the first byte that is written over
     * @param length bytes, 1 or more
     * @throws InterruptedIOException when interrupted while it waits; nothing may be changed then
     */
    public OriginChange beginOverwrite(LiveReplica replica, long offset, long length) throws InterruptedIOException {
        return approachOverwrite(replica, offset, length).await();
    }

    /**
     * Begins to pass like {@link #beginOverwrite}: looks once and starts what is missing, but waits for nothing. For a
     * caller that begins several changes in one order before it waits for any. To be awaited, once.
     */
    public Approach approachOverwrite(LiveReplica replica, long offset, long length) {
        ChangeEpochs.Epoch epoch = epochs.enter();
        List<Passage> passages = new ArrayList<>();
        boolean looked = false;
        try {
            for (Member member : members) {
                passages.add(member.chain().enter(on(replica, member.store()), offset, length));
            }
            Approach approach = new Approach(new SharedChange(epoch, passages), Passage.lookAll(passages));
            looked = true;
            return approach;
        } finally {
            if (!looked) {
                leave(epoch, passages);
            }
        }
    }

    /** A change that has begun to pass. Used by one thread at a time. */
    public static final class Approach {
        private final SharedChange change;
        private List<CompletableFuture<Void>> waits;

        private Approach(SharedChange change, List<CompletableFuture<Void>> waits) {
            this.change = change;
            this.waits = waits;
        }

        /**
         * Returns when every chain lets the change pass.
         *
         * @throws InterruptedIOException when interrupted while it waits; nothing may be changed then
         */
        public OriginChange await() throws InterruptedIOException {
            boolean passed = false;
            try {
                while (!waits.isEmpty()) {
                    Waits.awaitAll(waits);
                    waits = Passage.lookAll(change.passages);
                }
                passed = true;
                return change;
            } finally {
                if (!passed) {
                    change.close();
                }
            }
        }
    }

    private static void leave(ChangeEpochs.Epoch epoch, List<Passage> passages) {
        passages.forEach(Passage::close);
        epoch.leave();
    }

    private static final class SharedChange implements OriginChange {
        private final ChangeEpochs.Epoch epoch;
        private final List<Passage> passages;
        private final AtomicBoolean closed = new AtomicBoolean();

        private SharedChange(ChangeEpochs.Epoch epoch, List<Passage> passages) {
            this.epoch = epoch;
            this.passages = passages;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                leave(epoch, passages);
            }
        }
    }

    private static LiveReplica on(LiveReplica replica, VolumeStore store) {
        return new LiveReplica(
                replica.key(), replica.length(), replica.state(), replica.checksumHeader(), store, replica.files());
    }
}
