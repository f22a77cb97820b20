/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.common.util.concurrent.RateLimiter;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreException;

/**
 * Copies chunks from the origin to a store: kcopyd, with its throttle. A few threads read; commits go on while they read
 * the next, so that one force of the store serves many. A caller that has nothing else to do than to wait reads itself.
 * The chunks in flight are bounded; who waits for them holds no lock.
 */
final class CopyService implements Closeable {
    /** Chunks that one thread reads one after the other, so that they lie one after the other in the store. */
    static final int BATCH = EngineSettings.LEAST_COPIES_IN_FLIGHT;

    private static final int READ_ATTEMPTS = 3;

    private final Origin origin;
    private final ExecutorService threads;
    private final Semaphore copiesInFlight;
    private final @Nullable RateLimiter throttle;
    private volatile boolean closed;

    CopyService(Origin origin, EngineSettings settings) {
        this.origin = origin;
        this.threads = Executors.newFixedThreadPool(
                settings.copyThreads(),
                new ThreadFactoryBuilder()
                        .setNameFormat("volsnap-copy-%d")
                        .setDaemon(true)
                        .build());
        this.copiesInFlight = new Semaphore(settings.copiesInFlight());
        this.throttle = settings.isThrottled() ? RateLimiter.create(settings.copyBytesPerSecond()) : null;
    }

    /**
     * Copies pending exceptions of one block, which were admitted.
     *
     * @param live the replica as it was when they were made
     * @param done called once for each, with the location or what went wrong, in a thread of the store or of this
     *     service; must not block
     */
    void copy(
            BlockExceptions block,
            BlockKey live,
            List<PendingException> batch,
            BiConsumer<PendingException, Outcome> done) {
        try {
            threads.execute(
                    () -> batch.forEach(pending -> copyOne(block, live, pending, ExceptionStore::commitChunk, done)));
        } catch (RejectedExecutionException e) {
            Outcome closed = Outcome.failed(new StoreException("the engine is closed", e));
            batch.forEach(pending -> {
                abandon(pending);
                dismiss();
                done.accept(pending, closed);
            });
        }
    }

    /**
     * The same in the caller's thread, which waits for it anyway: {@link ExceptionStore#commitWaiting} is owed. An
     * interrupt is kept until it is done: it would fail the copy.
     */
    void copyHere(
            BlockExceptions block,
            BlockKey live,
            List<PendingException> batch,
            BiConsumer<PendingException, Outcome> done) {
        boolean interrupted = Thread.interrupted();
        for (PendingException pending : batch) {
            copyOne(block, live, pending, ExceptionStore::stageChunk, done);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether callers may copy themselves: not where a copy is made to wait, which an interrupt is to end. */
    boolean copiesHere() {
        return throttle == null;
    }

    /**
     * How a copy ended.
     *
     * @param location where it lies; null when it failed
     * @param failure what went wrong; null when it went well
     */
    record Outcome(
            @Nullable ChunkLocation location, @Nullable Throwable failure) {
        static Outcome failed(Throwable failure) {
            return new Outcome(null, failure);
        }
    }

    /** How a chunk that was read goes to its store. */
    private interface Commit {
        CompletableFuture<ChunkLocation> chunk(ExceptionStore store, long version, long chunk, ChunkContent content);
    }

    private void copyOne(
            BlockExceptions block,
            BlockKey live,
            PendingException pending,
            Commit commit,
            BiConsumer<PendingException, Outcome> done) {
        CompletableFuture<ChunkLocation> committed;
        try {
            if (closed) {
                throw new StoreException("the engine is closed");
            }
            if (throttle != null && pending.lengthBytes() > 0) {
                double unused = throttle.acquire(pending.lengthBytes());
            }
            ChunkContent content = read(block, live, pending);
            Version target = pending.target();
            committed = commit.chunk(target.store().exceptions(), target.number(), pending.chunk(), content);
        } catch (IOException | RuntimeException e) {
            abandon(pending);
            committed = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<ChunkLocation> unused = committed.whenComplete((location, failure) -> {
            dismiss();
            done.accept(pending, new Outcome(location, failure));
        });
    }

    /**
     * Waits for room for copies that are about to begin, and takes it: before their space in a store, since one that
     * commits in groups does so when nothing is in flight. Each copy gives its room back when it has ended.
     *
     * @param copies at most {@link #BATCH}
     */
    void admit(int copies) {
        copiesInFlight.acquireUninterruptibly(copies);
    }

    /** A copy that was admitted does not begin. */
    void dismiss() {
        copiesInFlight.release();
    }

    private static void abandon(PendingException pending) {
        Version target = pending.target();
        target.store().exceptions().abandonChunk(target.number(), pending.chunk());
    }

    /** Reads the chunk, also when the replica got another stamp meanwhile: its bytes are kept by the pending exception. */
    private ChunkContent read(BlockExceptions block, BlockKey live, PendingException pending) throws IOException {
        BlockKey key = live;
        boolean interrupted = false;
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    return origin.readLive(key, pending.chunk(), pending.lengthBytes());
                } catch (IOException e) {
                    if (e instanceof ClosedByInterruptException && !closed) {
                        interrupted = Thread.interrupted();
                        attempt--;
                        continue;
                    }
                    Optional<LiveReplica> now = origin.find(live.pool(), live.blockId());
                    if (attempt == READ_ATTEMPTS || now.isEmpty() || !block.restsOn(pending, now.get())) {
                        throw e;
                    }
                    key = now.get().key();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Copies that have not begun fail. */
    @Override
    public void close() {
        closed = true;
        threads.shutdownNow().forEach(Runnable::run);
    }
}
