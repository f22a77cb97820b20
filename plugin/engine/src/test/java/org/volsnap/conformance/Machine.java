/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs tasks in virtual time. All threads that a task starts, those of engines and stores included, are in one thread
 * group; the clock moves on only when all of them wait, and only as far as to the next thing a device does. So a delay
 * takes no real time, and what comes before it in the trace has happened before it.
 */
final class Machine implements AutoCloseable {
    private static final long STUCK_NANOS = Duration.ofSeconds(60).toNanos();
    private static final long SCAN_NANOS = 500_000;
    /** Looks in a row that must find every thread waiting: a woken thread may not have run yet at the first. */
    private static final int QUIET_SCANS = 12;

    private static final long LATE_NANOS = 2_000_000;
    private static final int MOST_LATE_SCANS = 100;

    private final VirtualTime time = new VirtualTime();
    private final ThreadGroup group;
    private final ExecutorService workers;

    Machine(String name) {
        group = new ThreadGroup(name);
        AtomicInteger number = new AtomicInteger();
        workers = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(group, task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    VirtualTime time() {
        return time;
    }

    /** Begins a task in a thread of its own. */
    <T> CompletableFuture<T> start(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        workers.execute(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** Carries out a task, for as much virtual time as it takes. */
    <T> T run(Callable<T> task) throws InterruptedException, ExecutionException {
        return await(start(task));
    }

    /** Waits for a task, for as much virtual time as it takes. */
    <T> T await(CompletableFuture<T> result) throws InterruptedException, ExecutionException {
        long stuckAt = System.nanoTime() + STUCK_NANOS;
        while (!awaitShortly(result)) {
            OptionalLong next = time.next();
            if (next.isPresent() && isQuiet() && !result.isDone()) {
                time.advanceTo(next.getAsLong());
                stuckAt = System.nanoTime() + STUCK_NANOS;
            } else if (System.nanoTime() > stuckAt) {
                throw new IllegalStateException("nothing moves any more:\n" + threads());
            }
        }
        return result.get();
    }

    private static boolean awaitShortly(CompletableFuture<?> result) throws InterruptedException {
        try {
            result.handle((value, failure) -> true).get(1, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns when every thread waits; the clock stands still. */
    void settle() {
        long stuckAt = System.nanoTime() + STUCK_NANOS;
        while (!isQuiet()) {
            if (System.nanoTime() > stuckAt) {
                throw new IllegalStateException("no rest:\n" + threads());
            }
        }
    }

    /** Lets this much virtual time pass. */
    void sleep(long millis) {
        settle();
        long until = time.now() + millis;
        for (OptionalLong next = time.next(); next.isPresent() && next.getAsLong() <= until; next = time.next()) {
            time.advanceTo(next.getAsLong());
            settle();
        }
        time.advanceTo(until);
    }

    /** A look that came late says that there are more threads than processors: it does not count. */
    private boolean isQuiet() {
        int late = 0;
        for (int scan = 0; scan < QUIET_SCANS + Math.min(late, MOST_LATE_SCANS); scan++) {
            if (!everyThreadWaits()) {
                return false;
            }
            long before = System.nanoTime();
            LockSupport.parkNanos(SCAN_NANOS);
            if (System.nanoTime() - before > LATE_NANOS) {
                late++;
            }
        }
        return true;
    }

    private boolean everyThreadWaits() {
        Thread[] threads = new Thread[group.activeCount() * 2 + 16];
        int count = group.enumerate(threads, true);
        return Arrays.stream(threads, 0, count)
                .map(Thread::getState)
                .noneMatch(state -> state == Thread.State.RUNNABLE || state == Thread.State.BLOCKED);
    }

    private String threads() {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<Thread, StackTraceElement[]> entry :
                Thread.getAllStackTraces().entrySet()) {
            ThreadGroup of = entry.getKey().getThreadGroup();
            if (of != null && (of == group || group.parentOf(of))) {
                text.append(entry.getKey()).append('\n');
                for (StackTraceElement frame : entry.getValue()) {
                    text.append("    ").append(frame).append('\n');
                }
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
