/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what is under way, and tells when nothing is. Safe for many threads; counting takes no lock. */
final class Activity {
    private final AtomicLong pending = new AtomicLong();
    private final AtomicLong conflictingReads = new AtomicLong();
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

    long pending() {
        return pending.get();
    }

    long conflictingReads() {
        return conflictingReads.get();
    }

    void pendingBegins() {
        pending.incrementAndGet();
    }

    void pendingEnds() {
        if (pending.decrementAndGet() == 0) {
            tellIfQuiet();
        }
    }

    void readBegins() {
        conflictingReads.incrementAndGet();
    }

    void readEnds() {
        if (conflictingReads.decrementAndGet() == 0) {
            tellIfQuiet();
        }
    }

    /** Completes when there was a moment after this call without pending exceptions and conflicting reads. */
    CompletableFuture<Void> quiet() {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        synchronized (lock) {
            waiting.add(quiet);
        }
        tellIfQuiet();
        return quiet;
    }

    /** Stops telling. */
    void forget(CompletableFuture<Void> quiet) {
        synchronized (lock) {
            waiting.remove(quiet);
        }
    }

    private void tellIfQuiet() {
        if (pending.get() != 0 || conflictingReads.get() != 0) {
            return;
        }
        List<CompletableFuture<Void>> told;
        synchronized (lock) {
            told = List.copyOf(waiting);
            waiting.clear();
        }
        told.forEach(quiet -> quiet.complete(null));
    }
}
