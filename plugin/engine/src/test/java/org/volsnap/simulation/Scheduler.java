/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes threads take turns as a seed says. Threads of the group run until all of them wait; then the controlling thread,
 * which is in no group, decides which of the held steps goes on. So a seed repeats a run, as far as a thread pool's hand-over
 * is not delayed for longer than it is waited for.
 */
final class Scheduler {
    /** A task in the queue of a thread that sleeps is not seen: who sleeps gets this many chances to wake up. */
    private static final int LOOKS = 8;

    private static final int YIELDS_BEFORE_PARKING = 40;
    private static final long PARK_NANOS = 20_000;

    private record Held(String label, Runnable go) {}

    private final ThreadGroup group;
    private final Random random;
    private final List<Held> held = new ArrayList<>();
    private final AtomicInteger inside = new AtomicInteger();
    private boolean open;

    Scheduler(String name, Random random) {
        this.group = new ThreadGroup(name);
        this.random = random;
    }

    ThreadGroup group() {
        return group;
    }

    /** Holds the calling thread, which is one of the group and has no lock, until its turn. */
    void pause(String label) {
        CompletableFuture<Void> turn = new CompletableFuture<>();
        later(label, () -> turn.complete(null));
        turn.join();
    }

    /** Runs the step when its turn comes, in the controlling thread. */
    void later(String label, Runnable step) {
        synchronized (held) {
            if (!open) {
                held.add(new Held(label, step));
                return;
            }
        }
        step.run();
    }

    /** A thread of the group waits for something that goes on by itself, outside of the schedule. */
    void enter() {
        inside.incrementAndGet();
    }

    /** It goes on. */
    void leave() {
        inside.decrementAndGet();
    }

    /** Returns when every thread of the group waits for something. */
    void awaitStill() {
        int looks = 0;
        for (int round = 0; looks < LOOKS; round++) {
            looks = isStill() ? looks + 1 : 0;
            if (round < YIELDS_BEFORE_PARKING) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(PARK_NANOS);
            }
        }
    }

    private boolean isStill() {
        if (inside.get() > 0) {
            return false;
        }
        Thread[] threads = new Thread[64];
        int count = group.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (!waits(threads[i])) {
                return false;
            }
        }
        return inside.get() == 0;
    }

    /** A thread that was just woken up still says that it waits: its future knows better. */
    private static boolean waits(Thread thread) {
        Thread.State state = thread.getState();
        return state == Thread.State.TERMINATED
                || (state == Thread.State.WAITING
                        && !(LockSupport.getBlocker(thread) instanceof ForkJoinPool.ManagedBlocker blocker
                                && blocker.isReleasable()));
    }

    /** Where the threads are, for a message. */
    String stacks() {
        Thread[] threads = new Thread[64];
        StringBuilder all = new StringBuilder();
        for (int i = group.enumerate(threads) - 1; i >= 0; i--) {
            all.append(threads[i].getName()).append('\n');
            for (StackTraceElement element : threads[i].getStackTrace()) {
                all.append("    at ").append(element).append('\n');
            }
        }
        return all.toString();
    }

    boolean holdsAnything() {
        synchronized (held) {
            return !held.isEmpty();
        }
    }

    /** Lets one held step go on, any of them. */
    void releaseOne() {
        Held next;
        synchronized (held) {
            held.sort(Comparator.comparing(Held::label));
            next = held.remove(random.nextInt(held.size()));
        }
        next.go().run();
    }

    /** Lets all go on, now and from now on. */
    void open() {
        List<Held> all;
        synchronized (held) {
            open = true;
            all = List.copyOf(held);
            held.clear();
        }
        all.forEach(step -> step.go().run());
    }

    /** Holds again. */
    void close() {
        synchronized (held) {
            open = false;
        }
    }
}
