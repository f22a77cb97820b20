/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The clock of the simulated devices: milliseconds that pass only when the runner says so. An action that waits for a
 * moment is carried out by the thread that moves the clock, in the order in which the actions came.
 */
final class VirtualTime {
    /** What a device does at the end of a delay. */
    interface Action {
        void run() throws IOException;
    }

    private record Event(long at, long sequence, Action action, CompletableFuture<Void> done) {}

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::sequence));

    @GuardedBy("lock")
    private long now;

    @GuardedBy("lock")
    private long sequence;

    @GuardedBy("lock")
    private int cuts;

    /** Carries out the action this many milliseconds from now, at once for 0, and returns after that. */
    void after(long millis, Action action) throws IOException {
        if (millis == 0) {
            action.run();
            return;
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        synchronized (lock) {
            events.add(new Event(now + millis, sequence++, action, done));
        }
        try {
            done.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted in a device");
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    long now() {
        synchronized (lock) {
            return now;
        }
    }

    /** The next moment at which something happens; empty when nothing waits. */
    OptionalLong next() {
        synchronized (lock) {
            return events.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(events.element().at());
        }
    }

    /** Moves the clock to a moment and carries out what was due by then. */
    void advanceTo(long moment) {
        List<Event> due = new ArrayList<>();
        synchronized (lock) {
            now = Math.max(now, moment);
            while (!events.isEmpty() && events.element().at() <= now) {
                due.add(events.remove());
            }
        }
        due.forEach(VirtualTime::carryOut);
    }

    private static void carryOut(Event event) {
        try {
            event.action().run();
            event.done().complete(null);
        } catch (IOException | RuntimeException e) {
            event.done().completeExceptionally(e);
        }
    }

    /** How often the power was cut: what began before the last time is of no effect. */
    int cuts() {
        synchronized (lock) {
            return cuts;
        }
    }

    /** Nothing that waits will ever happen: the power is off. */
    void cut() {
        List<Event> lost;
        synchronized (lock) {
            cuts++;
            lost = new ArrayList<>(events);
            events.clear();
        }
        lost.forEach(event -> event.done().completeExceptionally(new IOException("the power was cut")));
    }
}
