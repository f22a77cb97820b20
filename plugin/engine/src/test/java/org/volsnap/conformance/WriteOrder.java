/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The order of writes to one device: overlapping ones end in the order in which they were begun, as the kernel's queues
 * have it. A DataNode's origin has no such writes; here the binding keeps the order. Safe for many threads.
 */
final class WriteOrder {
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final List<Turn> inFlight = new ArrayList<>();

    /** One write's place in the order. */
    final class Turn {
        private final long from;
        private final long to;
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private final List<CompletableFuture<Void>> before = new ArrayList<>();

        private Turn(long from, long to) {
            this.from = from;
            this.to = to;
        }

        private boolean overlaps(Turn other) {
            return from < other.to && other.from < to;
        }

        /** Returns when every overlapping write that was begun earlier has ended. */
        void await() {
            before.forEach(CompletableFuture::join);
        }

        void end() {
            synchronized (lock) {
                inFlight.remove(this);
            }
            ended.complete(null);
        }
    }

    /** Begins a write of these bytes. */
    Turn begin(long offset, long length) {
        Turn turn = new Turn(offset, offset + length);
        synchronized (lock) {
            inFlight.stream().filter(turn::overlaps).forEach(earlier -> turn.before.add(earlier.ended));
            inFlight.add(turn);
        }
        return turn;
    }
}
