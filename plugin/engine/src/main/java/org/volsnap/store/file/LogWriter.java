/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.SnapshotId;

/**
 * Appends batches to the log's open segment, each made durable by one force. For one thread.
 *
 * <pre>
 *      ... batch n-1 | batch n            | mark |
 *                    ^ durableEnd before         ^ writeEnd
 * </pre>
 *
 * What was written after {@code durableEnd} is one batch: it is forced as a whole, or cut off as a whole. A mark is
 * written when nothing else waits, so that the batch before it is known to be durable; the next batch, which says the
 * same, is written over it. When anything fails the segment is cut back to {@code durableEnd}; when that fails too, or
 * when a force has failed and the kernel may have dropped what it could not write, the segment is sealed there and the
 * log goes on in a new one. So no batch ever follows a torn one.
 */
final class LogWriter implements Closeable {
    /** A newer snapshot's first version begins a new segment when the open one is at least this part of a full one. */
    private static final int LEAST_PART_FOR_NEW_OWNER = 64;

    private final SegmentFiles segmentFiles;
    private final long segmentBytes;

    private SegmentList segments;
    private SegmentOutput output;
    private long durableEnd;
    private long writeEnd;
    private FrameLink durableLast;
    private FrameLink last;
    private long batch;
    private @Nullable SnapshotId newestOwner;
    private boolean mustRoll;

    LogWriter(SegmentFiles segmentFiles, LogTail tail, long segmentBytes) throws IOException {
        this.segmentFiles = segmentFiles;
        this.segmentBytes = segmentBytes;
        this.segments = tail.segments();
        this.output = new SegmentOutput(segmentFiles.openWrite(segments.open()), tail.end(), segmentBytes);
        this.durableEnd = tail.end();
        this.writeEnd = tail.end();
        this.durableLast = tail.last();
        this.last = tail.last();
        this.batch = tail.batch() + 1;
        this.newestOwner = tail.newestOwner();
    }

    SegmentList segments() {
        return segments;
    }

    /** Whether this one is better the first of a batch, in a segment of its own. */
    boolean startsSegment(Submission submission) {
        SnapshotId owner = submission.owner();
        SnapshotId newest = newestOwner;
        return owner != null
                && newest != null
                && owner.compareTo(newest) > 0
                && durableEnd >= segmentBytes / LEAST_PART_FOR_NEW_OWNER;
    }

    /**
     * Writes all, in order, and forces them.
     *
     * @return the frames, durable
     * @throws IOException when none of them is in the log
     */
    List<PlacedEntry> append(List<Submission> submissions) throws IOException {
        long length = submissions.stream().mapToLong(Submission::length).sum();
        boolean full = durableEnd > LogFormat.SEGMENT_HEADER_BYTES && writeEnd + length > segmentBytes;
        if (mustRoll || full || startsSegment(submissions.get(0))) {
            roll();
        }
        List<PlacedEntry> placed = write(submissions, output::write);
        force();
        submissions.forEach(this::noteOwner);
        return placed;
    }

    private interface LastStep {
        void run() throws IOException;
    }

    /** In place of a mark that is not durable: the batch says what it would have said. */
    private List<PlacedEntry> write(List<Submission> submissions, LastStep lastStep) throws IOException {
        writeEnd = durableEnd;
        last = durableLast;
        List<PlacedEntry> placed = new ArrayList<>(submissions.size());
        try {
            output.begin(writeEnd);
            for (Submission submission : submissions) {
                Frame frame = put(submission);
                placed.add(PlacedEntry.of(segments.open(), frame, submission.entry()));
            }
            lastStep.run();
            return placed;
        } catch (IOException | RuntimeException | Error e) {
            cutBack(e);
            throw e;
        }
    }

    private Frame put(Submission submission) throws IOException {
        Frame frame = new Frame(
                submission.type(),
                writeEnd,
                batch,
                durableEnd,
                last,
                submission.record(),
                submission.dataLength(),
                submission.dataCrc());
        output.put(segmentFiles.codec(segments.open()).encode(frame));
        for (ByteBuffer part : submission.data()) {
            output.put(part.duplicate());
        }
        output.align();
        writeEnd = frame.end();
        last = frame.link();
        return frame;
    }

    private void force() throws IOException {
        try {
            output.force();
        } catch (IOException e) {
            mustRoll = true;
            cutBack(e);
            throw e;
        }
        durableEnd = writeEnd;
        durableLast = last;
        batch++;
    }

    private void noteOwner(Submission submission) {
        SnapshotId owner = submission.owner();
        SnapshotId newest = newestOwner;
        if (owner != null && (newest == null || owner.compareTo(newest) > 0)) {
            newestOwner = owner;
        }
    }

    private void cutBack(Throwable cause) {
        writeEnd = durableEnd;
        last = durableLast;
        batch++;
        try {
            output.truncate(durableEnd);
        } catch (IOException e) {
            mustRoll = true;
            cause.addSuppressed(e);
        }
    }

    /** Says, without a force, that everything up to here is durable. Nothing happens when that was said. */
    void mark() throws IOException {
        boolean needed = writeEnd == durableEnd
                && durableEnd > LogFormat.SEGMENT_HEADER_BYTES
                && durableLast.type() != FrameType.MARK
                && !mustRoll;
        if (needed) {
            ByteBuffer record =
                    FrameCodec.littleEndian(Long.BYTES).putLong(batch).flip();
            write(List.of(Submission.filler(FrameType.MARK, record)), output::flush);
        }
    }

    /** Seals the open segment and opens the next. When it fails it is tried again before anything is appended. */
    void roll() throws IOException {
        mustRoll = true;
        int number = segments.open();
        StoreFile next = segmentFiles.create(number + 1);
        SegmentList longer = segments.withSealed(new SegmentEntry(number, durableEnd, durableLast));
        try {
            segmentFiles.list().write(longer.encode());
        } catch (IOException e) {
            next.close();
            throw e;
        }
        output.closeAt(durableEnd);
        output = new SegmentOutput(next, LogFormat.SEGMENT_HEADER_BYTES, segmentBytes);
        segments = longer;
        durableEnd = LogFormat.SEGMENT_HEADER_BYTES;
        writeEnd = durableEnd;
        durableLast = FrameLink.NONE;
        last = durableLast;
        mustRoll = false;
    }

    /** Bytes of the open segment. */
    long openBytes() {
        return durableEnd;
    }

    /** Replaces the list of segments, with the same open one; durable when it returns. */
    void replaceSegments(SegmentList changed) throws IOException {
        segmentFiles.list().write(changed.encode());
        segments = changed;
    }

    /** Forces the last mark, so that a store at rest says that all of it is durable. */
    @Override
    public void close() throws IOException {
        try (SegmentOutput closing = output) {
            mark();
            closing.truncate(writeEnd);
            if (writeEnd > durableEnd) {
                closing.force();
            }
        }
    }
}
