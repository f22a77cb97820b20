/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import com.google.common.base.Ticker;
import java.time.Duration;

/**
 * How long the registry that was read last may be trusted, by a clock that never jumps. It counts from the moment the
 * question was sent, so it ends here before it ends for the NameNode. Not safe for many threads.
 */
final class Lease {
    private final Ticker ticker;
    private boolean renewed;
    private long endNanos;

    Lease(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Now, for {@link #renew}. */
    long now() {
        return ticker.read();
    }

    /**
     * The registry was read.
     *
     * @param sentNanos when the question was sent, by {@link #now}
     */
    void renew(long sentNanos, Duration length) {
        long end = sentNanos + length.toNanos();
        if (!renewed || end - endNanos > 0) {
            endNanos = end;
        }
        renewed = true;
    }

    /** Whether a lease of this length would be over already. */
    boolean isOver(long sentNanos, Duration length) {
        return ticker.read() - sentNanos >= length.toNanos();
    }

    boolean isOver() {
        return !renewed || ticker.read() - endNanos >= 0;
    }

    /** Zero when it is over. */
    Duration remaining() {
        return isOver() ? Duration.ZERO : Duration.ofNanos(endNanos - ticker.read());
    }
}
