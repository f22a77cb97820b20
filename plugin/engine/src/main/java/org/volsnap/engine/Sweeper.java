/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.common.util.concurrent.MoreExecutors;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What nobody waits for, in one thread: freeing what a fence excludes, giving space back. */
final class Sweeper {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

    private final Volumes volumes;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(new ThreadFactoryBuilder()
            .setNameFormat("volsnap-sweep-%d")
            .setDaemon(true)
            .build());

    Sweeper(Volumes volumes) {
        this.volumes = volumes;
    }

    interface Task {
        void run() throws IOException;
    }

    /** Runs a task some time later; not at all once the engine is closed. */
    void later(String what, Task task) {
        try {
            thread.execute(() -> {
                try {
                    task.run();
                } catch (IOException | RuntimeException e) {
                    LOG.warn("Could not {}: tried again after the next restart or drop", what, e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("The engine is closed: did not {}", what, e);
        }
    }

    /** Gives dead space of all stores back. */
    void compactLater() {
        later("give space back", () -> {
            for (AttachedStore store : volumes.all()) {
                store.exceptions().compact();
            }
        });
    }

    /** @return whether the thread has ended */
    boolean stop(Duration grace) {
        thread.shutdownNow();
        return MoreExecutors.shutdownAndAwaitTermination(thread, grace);
    }
}
