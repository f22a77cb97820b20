/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.store.StoreException;

/**
 * Appends to a log what was submitted: all that waits becomes one batch with one force, and its futures complete; what
 * comes in meanwhile is the next batch. A thread of its own does so, unless the log is idle: then the caller that asks
 * for it with {@link #commitWaiting} does, and saves two switches of threads. One at a time has the role of the writer. A
 * continuation that a caller attaches without an executor runs in the writer's thread and must not wait for the store.
 */
final class Committer implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
    private static final long MAX_BATCH_BYTES = 8L << 20;

    /** How long callers have left the log alone before its own thread marks it. */
    private static final long MARK_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Work that needs the log to stand still. */
    interface LogTask {
        void run(LogWriter log) throws IOException;
    }

    private sealed interface Work {
        record Append(Submission submission) implements Work {}

        record Task(LogTask task, CompletableFuture<Void> done) implements Work {}

        record Stop() implements Work {}
    }

    private final Queue<Work> queue = new ConcurrentLinkedQueue<>();

    /** The role of the writer. Not for the same thread twice: a continuation may submit, but not commit. */
    private final Semaphore role = new Semaphore(1);

    private final LogWriter log;
    private final SpaceIndex space;
    private final Reserve reserve;
    private final long maxBatchBytes;
    private final Thread thread;
    private volatile boolean closed;

    private final AtomicLong callersBatches = new AtomicLong();

    /** The log's own thread sleeps until it is woken. */
    private volatile boolean asleep;

    Committer(LogWriter log, SpaceIndex space, Reserve reserve, long segmentBytes, String name) {
        this.log = log;
        this.space = space;
        this.reserve = reserve;
        this.maxBatchBytes = Math.min(MAX_BATCH_BYTES, segmentBytes);
        this.thread = new Thread(this::run, "volsnap-store-" + name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** The submission's future completes when it is durable. */
    void submit(Submission submission) {
        stage(submission);
        LockSupport.unpark(thread);
    }

    /** The same, without waking the log's own thread: {@link #commitWaiting} follows. */
    void stage(Submission submission) {
        if (!enqueue(new Work.Append(submission))) {
            submission.done().completeExceptionally(closedException());
        }
    }

    /** Runs the task between two batches, and waits for it. */
    void call(LogTask task) throws IOException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (!enqueue(new Work.Task(task, done))) {
            throw closedException();
        }
        LockSupport.unpark(thread);
        await(done);
    }

    private static void await(CompletableFuture<Void> done) throws IOException {
        try {
            Uninterruptibles.getUninterruptibly(done);
        } catch (ExecutionException e) {
            throw new StoreException("the log could not be changed: " + e.getCause(), e);
        }
    }

    private boolean enqueue(Work work) {
        if (closed) {
            return false;
        }
        queue.add(work);
        return !(closed && queue.remove(work));
    }

    /** Commits one batch of what waits in the caller's thread, unless somebody is committing. */
    void commitWaiting() {
        if (closed || !role.tryAcquire()) {
            return;
        }
        try {
            if (queue.peek() instanceof Work.Append first) {
                queue.remove();
                commit(gather(first.submission()));
                callersBatches.incrementAndGet();
            }
        } finally {
            role.release();
        }
        if (!queue.isEmpty() || asleep) {
            LockSupport.unpark(thread);
        }
    }

    private static StoreException closedException() {
        return new StoreException("the store is closed");
    }

    private void run() {
        boolean running = true;
        long seen = 0;
        while (running) {
            if (!role.tryAcquire()) {
                LockSupport.parkNanos(this, MARK_DELAY_NANOS);
                continue;
            }
            long batches = callersBatches.get();
            boolean idle = false;
            try {
                Work work = queue.poll();
                if (work != null) {
                    running = perform(work);
                } else if (batches == seen) {
                    mark();
                    idle = true;
                }
            } finally {
                role.release();
            }
            if (idle) {
                sleep(batches);
            } else if (batches != seen && queue.isEmpty()) {
                LockSupport.parkNanos(this, MARK_DELAY_NANOS);
            }
            seen = batches;
            if (Thread.interrupted()) {
                LOG.warn("Ignoring an interrupt: the committer ends when its store is closed");
            }
        }
    }

    /** Until there is work, or a caller has committed: then there is something to mark. */
    private void sleep(long batches) {
        asleep = true;
        if (queue.isEmpty() && callersBatches.get() == batches) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    private boolean perform(Work work) {
        if (work instanceof Work.Append append) {
            commit(gather(append.submission()));
        } else if (work instanceof Work.Task task) {
            perform(task);
        }
        return !(work instanceof Work.Stop);
    }

    private void perform(Work.Task work) {
        try {
            work.task().run(log);
            work.done().complete(null);
        } catch (IOException | RuntimeException | Error e) {
            work.done().completeExceptionally(e);
        }
    }

    /** All appends that wait now, up to one that has to begin a segment. */
    private List<Submission> gather(Submission first) {
        List<Submission> batch = new ArrayList<>();
        batch.add(first);
        long bytes = first.length();
        while (queue.peek() instanceof Work.Append next) {
            bytes += next.submission().length();
            if (bytes > maxBatchBytes || log.startsSegment(next.submission())) {
                break;
            }
            batch.add(next.submission());
            queue.remove();
        }
        return batch;
    }

    private void commit(List<Submission> batch) {
        try {
            append(batch);
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn("A batch of {} frames was not committed", batch.size(), e);
            List<Submission> failed = new ArrayList<>(batch);
            failed.removeAll(commitFromReserve(batch));
            failed.forEach(submission -> submission
                    .done()
                    .completeExceptionally(new StoreException("the store could not commit: " + e.getMessage(), e)));
        }
    }

    /** Puts what frees space into the space that is set aside for it; returns what is committed. */
    private List<Submission> commitFromReserve(List<Submission> batch) {
        List<Submission> freeing = batch.stream().filter(Submission::frees).toList();
        try {
            if (!freeing.isEmpty() && reserve.release()) {
                append(freeing);
                return freeing;
            }
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn("{} frames that free space were not committed either", freeing.size(), e);
        }
        return List.of();
    }

    private void append(List<Submission> batch) throws IOException {
        List<PlacedEntry> placed = log.append(batch);
        placed.forEach(space::add);
        Iterator<PlacedEntry> places = placed.iterator();
        batch.forEach(submission -> submission.done().complete(places.next().position()));
    }

    private void mark() {
        try {
            log.mark();
        } catch (IOException e) {
            LOG.warn("The log could not be marked durable", e);
        }
    }

    /** Commits what was submitted before, then ends. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        queue.add(new Work.Stop());
        LockSupport.unpark(thread);
        Uninterruptibles.joinUninterruptibly(thread);
        role.acquireUninterruptibly();
        log.close();
    }
}
