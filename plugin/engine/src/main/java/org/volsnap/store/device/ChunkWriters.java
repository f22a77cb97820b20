/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.device;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.util.concurrent.MoreExecutors;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.Closeable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which a store writes chunks, so that a slow device holds up neither the caller nor the next chunk. They
 * come with the work and go when there is none.
 */
public final class ChunkWriters implements Closeable {
    /** Enough for a device that delays each write. */
    public static final int DEFAULT_THREADS = 64;

    private static final long IDLE_MILLIS = 500;

    private final ExecutorService threads;

    /** @param count at most this many writes at once; 0: the caller's thread writes */
    public ChunkWriters(String store, int count) {
        checkArgument(count >= 0, "thread count must not be negative, was %s", count);
        this.threads = count == 0 ? MoreExecutors.newDirectExecutorService() : pool(store, count);
    }

    private static ExecutorService pool(String store, int count) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                count,
                count,
                IDLE_MILLIS,
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                new ThreadFactoryBuilder()
                        .setNameFormat("volsnap-store-" + store.replace("%", "%%") + "-%d")
                        .setDaemon(true)
                        .build());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** @throws java.util.concurrent.RejectedExecutionException after {@link #close} */
    public void execute(Runnable write) {
        threads.execute(write);
    }

    /** Waits for the writes that are under way. */
    @Override
    public void close() {
        threads.shutdown();
        Uninterruptibles.awaitTerminationUninterruptibly(threads);
    }
}
