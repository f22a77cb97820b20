/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A queue per block, first come first served, that lets one change at a time through: from before it is preserved until
 * it is made. No lock is held by those who wait or by the one inside. A block nobody changes takes no memory. Not
 * reentrant.
 */
final class BlockGate {
    private final ConcurrentMap<Long, CompletableFuture<Void>> lastInQueue = new ConcurrentHashMap<>();

    /** The right of one change; closing it lets the next one in. */
    final class Ticket implements AutoCloseable {
        private final long blockId;
        private final CompletableFuture<Void> passed = new CompletableFuture<>();

        private Ticket(long blockId) {
            this.blockId = blockId;
        }

        @Override
        public void close() {
            lastInQueue.remove(blockId, passed);
            passed.complete(null);
        }
    }

    /**
     * Waits for all changes of the block that came before.
     *
     * @throws InterruptedIOException when interrupted; the place in the queue is given up then
     */
    Ticket enter(long blockId) throws InterruptedIOException {
        Ticket ticket = new Ticket(blockId);
        CompletableFuture<Void> before = lastInQueue.put(blockId, ticket.passed);
        if (before != null) {
            try {
                Waits.await(before);
            } catch (InterruptedIOException e) {
                Waits.whenDone(before, ticket::close);
                throw e;
            }
        }
        return ticket;
    }

    /** Blocks with a change inside or waiting. */
    int size() {
        return lastInQueue.size();
    }
}
