/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;

/**
 * The threads of one follower: one that owns its state, one that asks the NameNode (an answer may take long, the lease
 * ends meanwhile), one that opens and closes the pool, one that drops snapshots, and few that verify blocks. After {@link
 * #close} what is handed in is discarded, and who waits gets an exception.
 */
final class FollowerThreads implements Closeable {
    private static final int VERIFY_THREADS = 2;

    private final ScheduledExecutorService follower;
    private final ExecutorService asking;
    private final ExecutorService gate;
    private final ExecutorService dropping;
    private final ExecutorService verifying;
    private final CompletableFuture<Object> closed = new CompletableFuture<>();

    FollowerThreads(String pool) {
        follower = new ScheduledThreadPoolExecutor(1, named("follower", pool), new DiscardPolicy());
        asking = threads(1, named("poll", pool));
        gate = threads(1, named("gate", pool));
        dropping = threads(1, named("drop", pool));
        verifying = threads(VERIFY_THREADS, named("verify", pool));
    }

    private static ThreadFactory named(String task, String pool) {
        return new ThreadFactoryBuilder()
                .setNameFormat("volsnap " + task + " " + pool)
                .setDaemon(true)
                .build();
    }

    private static ExecutorService threads(int count, ThreadFactory factory) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                count, count, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), factory, new DiscardPolicy());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** Owns the follower's state. */
    ScheduledExecutorService follower() {
        return follower;
    }

    /** Asks the NameNode. */
    ExecutorService asking() {
        return asking;
    }

    /** Opens and closes the pool. */
    ExecutorService gate() {
        return gate;
    }

    /** Drops snapshots, one after the other. */
    ExecutorService dropping() {
        return dropping;
    }

    /** Reads whole blocks. */
    ExecutorService verifying() {
        return verifying;
    }

    /** Runs it in the follower's thread and waits for the result. */
    <T> T call(Callable<T> task) throws IOException {
        return await(CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return task.call();
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                follower));
    }

    /** Waits; throws what it failed with. Never called in the follower's thread. */
    <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            CompletableFuture.anyOf(future, closed).get();
            return future.getNow(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while waiting for the registry").initCause(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause
                    ? new IOException(cause.getMessage(), cause)
                    : new IOException(e.getCause());
        }
    }

    @Override
    public void close() {
        follower.shutdownNow();
        asking.shutdownNow();
        gate.shutdownNow();
        dropping.shutdownNow();
        verifying.shutdownNow();
        closed.completeExceptionally(new IOException("the follower of the registry is closed"));
    }
}
