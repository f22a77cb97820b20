/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import java.util.concurrent.atomic.LongAdder;

/** Counts while an epoch is applied. Safe for many threads. */
final class Tally {
    final LongAdder untouched = new LongAdder();
    final LongAdder merged = new LongAdder();
    final LongAdder putBack = new LongAdder();
    final LongAdder removed = new LongAdder();
    final LongAdder lost = new LongAdder();

    RollbackCounts counts() {
        return new RollbackCounts(untouched.sum(), merged.sum(), putBack.sum(), removed.sum(), lost.sum());
    }
}
