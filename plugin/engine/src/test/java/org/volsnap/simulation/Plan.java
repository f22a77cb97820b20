/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a seed decides beside the order of steps. Decisions follow from what they are about and not from the order in
 * which threads ask, so that they are the same when the seed is run again. Safe for many threads.
 */
final class Plan {
    private static final int PERCENT = 100;

    private final long seed;
    private final ConcurrentMap<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    private final Queue<Throwable> violations = new ConcurrentLinkedQueue<>();
    private volatile boolean troubled;

    Plan(long seed) {
        this.seed = seed;
        this.troubled = hasFaults();
    }

    long seed() {
        return seed;
    }

    /** Every third history has I/O errors. */
    boolean hasFaults() {
        return Math.floorMod(seed, 3) == 1;
    }

    /** From now on nothing fails by itself. */
    void endTrouble() {
        troubled = false;
    }

    /** Whether this step fails: a copy's read, a commit, a link. */
    boolean fails(String what) {
        return troubled && chance("fails " + what, 3);
    }

    /** Keeps what went wrong in a thread that can't tell. */
    void report(Throwable violation) {
        violations.add(violation);
    }

    /** Fails when something was reported. */
    void rethrow() {
        Throwable violation = violations.peek();
        if (violation != null) {
            throw new AssertionError(violation.getMessage(), violation);
        }
    }

    /** Whether this step waits for its turn. */
    boolean holds(String what) {
        return chance("holds " + what, 60);
    }

    /** The same question has another answer each time it is asked. */
    boolean chance(String what, int percent) {
        int time = asked.computeIfAbsent(what, first -> new AtomicInteger()).incrementAndGet();
        long mixed = (seed * 0x9E3779B97F4A7C15L) ^ ((long) what.hashCode() << 20) ^ time;
        return new Random(mixed).nextInt(PERCENT) < percent;
    }
}
