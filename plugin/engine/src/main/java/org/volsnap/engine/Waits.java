/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.InterruptedIOException;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Waiting for futures, as I/O code does. Never called with a lock held. */
final class Waits {
    private Waits() {}

    /** Waits until the future is done, well or not. */
    static void await(CompletableFuture<?> future) throws InterruptedIOException {
        try {
            future.handle((value, failure) -> true).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while waiting for a snapshot");
            interrupted.initCause(e);
            throw interrupted;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a handled future has failed", e);
        }
    }

    /** Waits until all are done, well or not. */
    static void awaitAll(Collection<? extends CompletableFuture<?>> futures) throws InterruptedIOException {
        for (CompletableFuture<?> future : futures) {
            await(future);
        }
    }

    /** Runs the action in the thread that completes the future; it must neither block nor throw. */
    static void whenDone(CompletableFuture<?> future, Runnable action) {
        CompletableFuture<?> unused = future.whenComplete((value, failure) -> action.run());
    }
}
