/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.concurrent.atomic.AtomicLong;

/** Gives out the numbers of versions and the sequence of bases: ascending, never used twice in a block pool. */
final class Numbers {
    private final AtomicLong last = new AtomicLong();

    long next() {
        return last.incrementAndGet();
    }

    /** This one was used before a restart. */
    void seen(long number) {
        last.accumulateAndGet(number, Math::max);
    }
}
