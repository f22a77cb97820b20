/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.CompletableFuture;

/**
 * Counts the changes in flight by the chain they began under, so that a new snapshot can wait for the older ones without
 * keeping new ones out: a grace period, as RCU has it.
 */
final class ChangeEpochs {
    private final Object advancing = new Object();

    /** Written under the lock, read without it. */
    private volatile Epoch current = new Epoch(CompletableFuture.completedFuture(null));

    /** The changes that began between two {@link #advance}. */
    static final class Epoch {
        /** All changes of this and of earlier epochs have ended. */
        private final CompletableFuture<Void> ended;

        private final CompletableFuture<Void> ownEnded = new CompletableFuture<>();

        private final Object counting = new Object();

        @GuardedBy("counting")
        private long inFlight;

        @GuardedBy("counting")
        private boolean closed;

        private Epoch(CompletableFuture<Void> earlierEnded) {
            ended = CompletableFuture.allOf(earlierEnded, ownEnded);
        }

        /** The change has ended. */
        void leave() {
            boolean last;
            synchronized (counting) {
                last = --inFlight == 0 && closed;
            }
            if (last) {
                ownEnded.complete(null);
            }
        }

        /** Another change begins, unless a newer epoch has. */
        private boolean join() {
            synchronized (counting) {
                if (!closed) {
                    inFlight++;
                }
                return !closed;
            }
        }

        /** No change joins any more. */
        private void end() {
            boolean idle;
            synchronized (counting) {
                closed = true;
                idle = inFlight == 0;
            }
            if (idle) {
                ownEnded.complete(null);
            }
        }
    }

    /** A change begins; it looks at the chain after this. */
    Epoch enter() {
        while (true) {
            Epoch epoch = current;
            if (epoch.join()) {
                return epoch;
            }
        }
    }

    /** Completes when every change that entered before this call has ended. */
    CompletableFuture<Void> advance() {
        Epoch before;
        synchronized (advancing) {
            before = current;
            current = new Epoch(before.ended);
        }
        before.end();
        return before.ended;
    }
}
