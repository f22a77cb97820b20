/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import com.google.common.annotations.VisibleForTesting;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.Nameservices.Membership;

/**
 * Takes block pools out of service on the running DataNode and brings them back, one after the other: that is how a
 * rollback gets to {@code addBlockPool} without a restart. Runs in a thread of its own, because all threads of the pool
 * end on the way. Never gives up before the DataNode is stopped: a pool that stayed away would be a lost DataNode. Safe
 * for many threads.
 */
final class Rejoin implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Rejoin.class);
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Nameservices nameservices;
    private final Duration pause;
    private final Map<String, String> problems = new ConcurrentHashMap<>();
    private final ExecutorService executor = Executors.newSingleThreadExecutor(new ThreadFactoryBuilder()
            .setNameFormat("volsnap rejoin")
            .setDaemon(true)
            .build());

    Rejoin(Nameservices nameservices) {
        this(nameservices, PAUSE);
    }

    /** @param pause before what failed is tried again */
    Rejoin(Nameservices nameservices, Duration pause) {
        this.nameservices = requireNonNull(nameservices, "nameservices is null");
        this.pause = requireNonNull(pause, "pause is null");
    }

    /** Returns at once. To be asked once for one life of a pool. */
    void request(String blockPoolId) {
        executor.execute(() -> rejoin(blockPoolId));
    }

    /**
     * Runs another change of the nameservices this DataNode serves, after those that were asked for before. Returns at once.
     *
     * @throws java.util.concurrent.RejectedExecutionException when the DataNode is stopped
     */
    void run(Runnable change) {
        executor.execute(change);
    }

    /** What keeps this pool from leaving or from coming back. */
    Optional<String> problem(String blockPoolId) {
        return Optional.ofNullable(problems.get(blockPoolId));
    }

    private void rejoin(String blockPoolId) {
        try {
            LOG.info("{}: leaving the nameservice, to apply a rollback", blockPoolId);
            Optional<Membership> membership = untilDone(blockPoolId, () -> nameservices.find(blockPoolId));
            if (membership.isPresent()) {
                untilDone(blockPoolId, () -> {
                    nameservices.leave(membership.get());
                    return membership;
                });
                LOG.info("{}: joining the nameservice again", blockPoolId);
                untilDone(blockPoolId, () -> {
                    nameservices.join(membership.get());
                    return membership;
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.info("{}: the DataNode is stopped; the rollback is applied when it is started", blockPoolId);
        }
    }

    private interface Step<T> {
        T run() throws IOException, InterruptedException;
    }

    private <T> T untilDone(String blockPoolId, Step<T> step) throws InterruptedException {
        while (true) {
            try {
                T result = step.run();
                problems.remove(blockPoolId);
                return result;
            } catch (IOException | RuntimeException e) {
                problems.put(
                        blockPoolId,
                        "can't leave the nameservice and join it again to apply a rollback, restart this DataNode: "
                                + e.getMessage());
                LOG.error("{}: leaving the nameservice and joining it again failed, trying again", blockPoolId, e);
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            }
        }
    }

    @VisibleForTesting
    boolean isEnded() {
        return executor.isTerminated();
    }

    /** Ends what is under way; nothing is asked any more after that. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
