/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.volsnap.datanode.PoolVolume;

/**
 * Works on storage volumes at the same time, with a thread for each: they are disks of their own. For one thread.
 *
 * @param most so many threads at most; with 1 all is done one after the other by the caller
 */
record VolumeThreads(int most) {
    /** What is done for one of them. */
    @FunctionalInterface
    interface Task {
        void run(PoolVolume volume) throws IOException;
    }

    /**
     * Returns when all is done; throws when all has ended and something failed.
     *
     * @throws InterruptedIOException when interrupted; nothing is under way any more then either
     */
    void forEach(Collection<PoolVolume> volumes, Task task) throws IOException {
        if (most == 1 || volumes.size() < 2) {
            for (PoolVolume volume : volumes) {
                task.run(volume);
            }
            return;
        }
        ExecutorService threads = Executors.newFixedThreadPool(
                Math.min(most, volumes.size()),
                new ThreadFactoryBuilder()
                        .setNameFormat("volsnap rollback %d")
                        .setDaemon(true)
                        .build());
        try {
            await(threads.invokeAll(
                    volumes.stream().map(volume -> callable(volume, task)).toList()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("stopped while applying a rollback").initCause(e);
        } finally {
            threads.shutdownNow();
            Uninterruptibles.awaitTerminationUninterruptibly(threads);
        }
    }

    private static Callable<@Nullable Void> callable(PoolVolume volume, Task task) {
        return () -> {
            task.run(volume);
            return null;
        };
    }

    private static void await(List<Future<@Nullable Void>> ended) throws IOException, InterruptedException {
        IOException failure = null;
        for (Future<@Nullable Void> each : ended) {
            try {
                each.get();
            } catch (ExecutionException e) {
                IOException cause = e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
                if (failure == null) {
                    failure = cause;
                } else {
                    failure.addSuppressed(cause);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
