/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** The threads that use the engine. What goes wrong in one is reported to the plan. */
final class Actors {
    /** Something that an actor does. */
    interface Step {
        void run() throws IOException;
    }

    static final int COUNT = 4;

    private final Plan plan;
    private final Scheduler scheduler;
    private final BooleanSupplier powerIsCut;
    private final ExecutorService threads;
    private final AtomicInteger busy = new AtomicInteger();

    Actors(Scheduler scheduler, Plan plan, BooleanSupplier powerIsCut) {
        this.powerIsCut = powerIsCut;
        this.plan = plan;
        this.scheduler = scheduler;
        this.threads = Executors.newFixedThreadPool(COUNT, task -> {
            Thread thread = new Thread(scheduler.group(), task, "actor");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Begins a step. */
    void start(Step step) {
        busy.incrementAndGet();
        scheduler.enter();
        threads.execute(() -> {
            scheduler.leave();
            try {
                step.run();
            } catch (IOException | RuntimeException | AssertionError e) {
                if (!isGone(e)) {
                    plan.report(e);
                }
            } finally {
                busy.decrementAndGet();
            }
        });
    }

    /** Nobody is left to see what a process did that has no power. */
    private boolean isGone(Throwable failure) {
        return powerIsCut.getAsBoolean() && !(failure instanceof AssertionError);
    }

    int busy() {
        return busy.get();
    }

    void stop() {
        threads.shutdownNow();
    }
}
