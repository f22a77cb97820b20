/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A queue for each key, first come first served, that lets one at a time through. No lock is held by those who wait or
 * by the one inside. A key nobody asks for takes no memory. Not reentrant; who enters several enters them in one order.
 */
class Gate<K> {
    private final ConcurrentMap<K, CompletableFuture<Void>> lastInQueue = new ConcurrentHashMap<>();

    /** The right to be inside; closing it lets the next one in. */
    final class Ticket implements AutoCloseable {
        private final K key;
        private final CompletableFuture<Void> passed = new CompletableFuture<>();

        private Ticket(K key) {
            this.key = key;
        }

        @Override
        public void close() {
            lastInQueue.remove(key, passed);
            passed.complete(null);
        }
    }

    /**
     * Waits for all that came before.
     *
     * @throws InterruptedIOException when interrupted; the place in the queue is given up then
     */
    Ticket enter(K key) throws InterruptedIOException {
        Ticket ticket = new Ticket(key);
        CompletableFuture<Void> before = lastInQueue.put(key, ticket.passed);
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

    /** Keys with somebody inside or waiting. */
    int size() {
        return lastInQueue.size();
    }
}
