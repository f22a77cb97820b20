/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.engine.MergeProgress.State;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ChunkRange;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.Device;
import org.volsnap.store.MergeRun;
import org.volsnap.store.SingleSnapshotStore;

/**
 * Makes an origin equal to a snapshot while it is read and written through this (dm-snapshot's snapshot-merge target).
 * The origin shows the snapshot's content from the first moment; what is merged leaves the snapshot. The snapshot's chain
 * has left the {@link OriginChains} before: a merge never preserves into itself. Safe for many threads; no lock is held
 * during I/O or while waiting.
 *
 * <p>A power cut at any point leaves the view of the snapshot as it is: an exception goes only when its chunk is durable
 * in the origin, and a merge that is begun again repeats at most one run.
 */
public final class OnlineMerge {
    private static final Logger LOG = LoggerFactory.getLogger(OnlineMerge.class);

    private final Device origin;
    private final LiveReplica replica;
    private final OriginChains others;
    private final ChunkGeometry geometry;
    private final MergedSnapshot snapshot;
    private final MergeRange range = new MergeRange();
    private final Object lock = new Object();

    @GuardedBy("lock")
    private State state = State.STOPPED;

    @GuardedBy("lock")
    private boolean stopping;

    @GuardedBy("lock")
    private long merged;

    @GuardedBy("lock")
    private CompletableFuture<State> ended = CompletableFuture.completedFuture(State.STOPPED);

    /**
     * @param origin where it is merged to
     * @param replica the same, as the chains know it
     * @param others the chains that keep what the merge overwrites
     */
    OnlineMerge(
            Device origin, LiveReplica replica, OriginChains others, ChunkGeometry geometry, MergedSnapshot snapshot) {
        this.origin = origin;
        this.replica = replica;
        this.others = others;
        this.geometry = geometry;
        this.snapshot = snapshot;
    }

    // ---- the way of the merge

    /** Begins, or goes on after a stop. Nothing happens when it runs or is done. */
    public void start() {
        synchronized (lock) {
            stopping = false;
            if (state != State.STOPPED || !ended.isDone()) {
                return;
            }
            state = State.RUNNING;
            ended = new CompletableFuture<>();
        }
        new ThreadFactoryBuilder()
                .setNameFormat("volsnap-merge")
                .setDaemon(true)
                .build()
                .newThread(this::run)
                .start();
    }

    /** Stops after the run that is under way, and returns then. */
    public void stop() throws InterruptedIOException {
        synchronized (lock) {
            stopping = true;
        }
        awaitEnd();
    }

    /** Whether it was told to stop, and not to start again. */
    public boolean isStopping() {
        synchronized (lock) {
            return stopping;
        }
    }

    /** Waits until it is done, has failed, or was stopped. */
    public State awaitEnd() throws InterruptedIOException {
        CompletableFuture<State> awaited;
        synchronized (lock) {
            awaited = ended;
        }
        Waits.await(awaited);
        return awaited.join();
    }

    public MergeProgress progress() {
        long left = snapshot.chunks();
        synchronized (lock) {
            return new MergeProgress(state, merged, left);
        }
    }

    private void run() {
        State end = State.FAILED;
        try {
            snapshot.settle();
            end = mergeRuns();
        } catch (IOException | RuntimeException e) {
            LOG.error("The merge of {} has failed", snapshot, e);
        } finally {
            CompletableFuture<State> told;
            synchronized (lock) {
                state = end;
                told = ended;
            }
            told.complete(end);
        }
    }

    private State mergeRuns() throws IOException {
        while (true) {
            Optional<MergeRun> run =
                    snapshot.isLost() ? Optional.empty() : snapshot.store().lastRun();
            if (run.isEmpty()) {
                return State.DONE;
            }
            synchronized (lock) {
                if (stopping) {
                    return State.STOPPED;
                }
            }
            merge(run.get());
        }
    }

    /** One round of dm-snap.c, snapshot_merge_next_chunks and merge_callback. */
    private void merge(MergeRun run) throws IOException {
        ChunkRange chunks = new ChunkRange(run.firstChunk(), run.count());
        long first = geometry.offsetOf(chunks.first());
        long end = Math.min(geometry.offsetOf(chunks.end()), replica.length());
        boolean success = false;
        try (OriginChange change = others.beginOverwrite(replica, first, end - first)) {
            range.enter(chunks);
            copy(run);
            origin.flush();
            snapshot.store().removeMerged(run);
            snapshot.unmap(chunks);
            success = true;
        } finally {
            range.leave(success);
        }
        synchronized (lock) {
            merged += run.count();
        }
    }

    private void copy(MergeRun run) throws IOException {
        SingleSnapshotStore store = snapshot.store();
        for (int i = 0; i < run.count(); i++) {
            ChunkLocation location = new ChunkLocation(run.firstLocation().value() + i);
            origin.write(
                    geometry.offsetOf(run.firstChunk() + i),
                    store.read(location).data());
        }
    }

    // ---- the origin meanwhile

    /** Reads the origin as the snapshot and later writes have it. */
    public void read(long offset, ByteBuffer into) throws IOException {
        for (ChunkWrite part : ChunkWrite.split(geometry, offset, into)) {
            ByteBuffer target = into.slice().limit(part.data().remaining());
            into.position(into.position() + target.remaining());
            ChunkLocation location = snapshot.locate(part.chunk());
            if (location == null) {
                origin.read(geometry.offsetOf(part.chunk()) + part.offset(), target);
            } else {
                ByteBuffer data = snapshot.store().read(location).data();
                target.put(data.slice(part.offset(), target.remaining()));
            }
        }
    }

    /**
     * Writes to the origin: over the exception where the chunk still has one, else in place, after the other chains have
     * preserved what it overwrites.
     *
     * @throws IOException also when the merge of a chunk failed while the write waited for it
     */
    public void write(long offset, ByteBuffer data) throws IOException {
        for (ChunkWrite part : ChunkWrite.split(geometry, offset, data)) {
            try (MergeRange.Writing writing = range.beginWrite(part.chunk())) {
                write(part);
            }
        }
    }

    private void write(ChunkWrite part) throws IOException {
        @Nullable ChunkLocation location = snapshot.locate(part.chunk());
        if (location != null) {
            snapshot.store().overwrite(location, part.offset(), part.data());
            return;
        }
        long offset = geometry.offsetOf(part.chunk()) + part.offset();
        try (OriginChange change =
                others.beginOverwrite(replica, offset, part.data().remaining())) {
            origin.write(offset, part.data());
        }
    }

    /** Makes what was written durable, wherever it went. */
    public void flush() throws IOException {
        snapshot.store().flush();
        origin.flush();
    }
}
