/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import java.util.concurrent.atomic.LongAdder;

/**
 * How far an attempt at one epoch is on one storage volume, in steps that are counted before it begins: directories of
 * live replicas, versions whose base may have to come back, whole replicas in the store. Safe for many threads.
 */
final class VolumeProgress {
    private static final int ALL = 100;

    private final LongAdder done = new LongAdder();
    private volatile long steps = Long.MAX_VALUE;

    /** How many steps there are. Not known before: nothing is done then. */
    void expect(long count) {
        steps = count;
    }

    void step() {
        done.increment();
    }

    /** 0 to 100. What comes up on the way does not count. */
    int percent() {
        long all = steps;
        return all == 0 ? ALL : (int) (Math.min(done.sum(), all) * ((double) ALL / all));
    }
}
