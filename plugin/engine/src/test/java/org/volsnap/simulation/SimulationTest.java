/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Random histories of a whole engine against a model that copies everything at each snapshot. A seed that fails is run
 * again by the command in its message.
 */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("volsnap.simulation.seeds", 2000);
    private static final long FIRST_SEED = Long.getLong("volsnap.simulation.first", 1);
    private static final int FAILURES_TO_SHOW = 3;

    @Test
    void noSeedBreaksAnInvariant() throws InterruptedException {
        Long one = Long.getLong("volsnap.seed");
        long first = one == null ? FIRST_SEED : one;
        long count = one == null ? SEEDS : 1;
        Queue<String> failed = new ConcurrentLinkedQueue<>();
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        for (long number = first; number < first + count; number++) {
            Seed seed = new Seed(number);
            threads.execute(() -> {
                if (failed.size() < FAILURES_TO_SHOW) {
                    seed.run().ifPresent(failed::add);
                }
            });
        }
        threads.shutdown();
        if (!threads.awaitTermination(1, TimeUnit.DAYS) || !failed.isEmpty()) {
            throw new AssertionError(String.join("\n", failed));
        }
    }
}
