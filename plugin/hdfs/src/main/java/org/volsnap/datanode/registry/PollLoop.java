/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls again and again, one poll after the other, and at once when there is something new to tell. Ends with its
 * executor, and for no other reason. For the follower's thread, but for {@link #nudge}.
 */
final class PollLoop {
    private static final Logger LOG = LoggerFactory.getLogger(PollLoop.class);

    private final ScheduledExecutorService follower;
    private final Supplier<CompletableFuture<@Nullable Void>> poll;
    private Duration pause;
    private boolean running;
    private boolean polling;
    private boolean again;
    private @Nullable ScheduledFuture<?> next;

    /**
     * Not started yet.
     *
     * @param follower one thread
     * @param poll begins a poll, which completes in the follower's thread
     * @param pause between polls, until something else is set
     */
    PollLoop(ScheduledExecutorService follower, Supplier<CompletableFuture<@Nullable Void>> poll, Duration pause) {
        this.follower = follower;
        this.poll = poll;
        this.pause = pause;
    }

    void setPause(Duration newPause) {
        pause = newPause;
    }

    /** Polls now, and then for good. */
    void start() {
        running = true;
        if (!polling) {
            schedule(Duration.ZERO);
        }
    }

    /** Makes no further poll until it is started again. */
    void stop() {
        running = false;
    }

    /** The next poll does not wait for the pause to end. */
    void pollAgain() {
        again = true;
        if (running && !polling) {
            schedule(Duration.ZERO);
        }
    }

    /** The same from any thread. */
    void nudge() {
        follower.execute(this::pollAgain);
    }

    private void schedule(Duration delay) {
        if (next != null) {
            next.cancel(false);
        }
        next = follower.schedule(this::run, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void run() {
        if (!running || polling) {
            return;
        }
        polling = true;
        again = false;
        var unused = begin().whenComplete((done, problem) -> {
            polling = false;
            schedule(again && problem == null ? Duration.ZERO : pause);
        });
    }

    private CompletableFuture<@Nullable Void> begin() {
        try {
            return poll.get();
        } catch (RuntimeException e) {
            LOG.error("A poll can't be made, it is tried again", e);
            return CompletableFuture.failedFuture(e);
        }
    }
}
