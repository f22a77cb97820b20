/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReadMemory;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreUsage;

/** Exceptions in a log of segments. */
final class LogExceptionStore implements ExceptionStore {
    private static final Logger LOG = LoggerFactory.getLogger(LogExceptionStore.class);

    /** A segment is worth rewriting when this part of a full one comes free. */
    private static final int LEAST_PART_TO_COMPACT = 16;

    private final String id;
    private final FileStoreOptions options;
    private final SegmentFiles segmentFiles;
    private final RecordCodec records;
    private final LossFile losses;
    private final Reserve reserve;
    private final SpaceIndex space = new SpaceIndex();
    private final ChunkReader reader;
    private final AtomicBoolean replayed = new AtomicBoolean();
    private volatile @Nullable Committer committer;

    LogExceptionStore(UUID id, FileStoreOptions options, SegmentFiles segmentFiles) {
        this.id = id.toString();
        this.options = options;
        this.segmentFiles = segmentFiles;
        StoreFiles files = segmentFiles.files();
        StoreLayout layout = segmentFiles.layout();
        this.records = new RecordCodec(options.pool());
        this.losses = new LossFile(files, layout.losses(), id, records);
        this.reserve = new Reserve(files, layout.reserve(), options.reserveBytes());
        this.reader = new ChunkReader(segmentFiles, records, options.geometry());
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public void replay(Replay into) throws IOException {
        checkState(replayed.compareAndSet(false, true), "replay was called twice");
        ReplayGuide guide = new ReplayGuide(requireNonNull(into, "into is null"));
        LogTail tail = new LogRecovery(segmentFiles, records, space, guide).recover();
        replayLosses(guide);
        LogWriter log = new LogWriter(segmentFiles, tail, options.segmentBytes());
        Committer started = new Committer(log, space, reserve, options.segmentBytes(), options.pool());
        started.start();
        committer = started;
    }

    private void replayLosses(ReplayGuide guide) throws IOException {
        LossFile.Content content = losses.load();
        content.damagedAt().ifPresent(offset -> guide.lostAll(losses.path() + " at byte " + offset, "bad loss"));
        for (LossFile.Slot slot : content.slots()) {
            if (!space.isFreed(slot.loss().version())) {
                guide.loss(slot.version(), slot.loss());
            }
        }
    }

    private Committer committer() {
        Committer started = committer;
        checkState(started != null, "replay was not called");
        return requireNonNull(started);
    }

    @Override
    public CompletableFuture<Void> commit(StoreRecord record) {
        Submission submission = Submission.of(record, records);
        committer().submit(submission);
        return submission.done().thenApply(position -> null);
    }

    @Override
    public CompletableFuture<ChunkLocation> commitChunk(long version, long chunk, ChunkContent content) {
        Submission submission = Submission.of(version, chunk, content);
        committer().submit(submission);
        return submission.done().thenApply(LogPosition::location);
    }

    @Override
    public CompletableFuture<ChunkLocation> stageChunk(long version, long chunk, ChunkContent content) {
        Submission submission = Submission.of(version, chunk, content);
        committer().stage(submission);
        return submission.done().thenApply(LogPosition::location);
    }

    @Override
    public void commitWaiting() {
        committer().commitWaiting();
    }

    @Override
    public ChunkContent read(ChunkLocation location) throws IOException {
        return read(location, ReadMemory.FRESH);
    }

    @Override
    public ChunkContent read(ChunkLocation location, ReadMemory memory) throws IOException {
        return reader.read(location, memory);
    }

    @Override
    public List<ChunkContent> readAll(List<ChunkLocation> locations) throws IOException {
        return reader.readAll(locations);
    }

    /** Works before {@link #replay} has returned too, and whatever state the log is in. */
    @Override
    public void commitLoss(VersionHeader version, String reason) throws IOException {
        try {
            losses.add(version, reason);
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw new StoreException("the loss of " + version + " could not be recorded: " + e.getMessage(), e);
        }
    }

    @Override
    public StoreUsage usage() {
        return space.usage();
    }

    @Override
    public void compact() throws IOException {
        long leastDeadBytes = options.segmentBytes() / LEAST_PART_TO_COMPACT;
        new Compactor(segmentFiles, records, space, committer(), leastDeadBytes).compact();
        reader.forgetSegments();
        moveLossesIntoLog();
        refillReserve();
    }

    /** Empties the losses' slots, so that a disk that fills up again finds them free. */
    private void moveLossesIntoLog() throws IOException {
        List<LossFile.Slot> recorded = losses.read().slots();
        for (LossFile.Slot slot : recorded) {
            long version = slot.loss().version();
            if (!space.isFreed(version)) {
                if (!space.hasVersion(version)) {
                    await(commit(slot.version()));
                }
                await(commit(slot.loss()));
            }
        }
        if (!recorded.isEmpty()) {
            losses.clear(recorded);
        }
    }

    private void refillReserve() {
        try {
            reserve.fill();
        } catch (IOException e) {
            LOG.info("The reserve is not full again yet: {}", e.getMessage());
        }
    }

    private static void await(CompletableFuture<Void> commit) throws IOException {
        try {
            Uninterruptibles.getUninterruptibly(commit);
        } catch (ExecutionException e) {
            throw new StoreException("could not commit: " + e.getCause(), e);
        }
    }

    @Override
    public void close() throws IOException {
        Committer started = committer;
        if (started != null) {
            started.close();
        }
        reader.close();
    }
}
