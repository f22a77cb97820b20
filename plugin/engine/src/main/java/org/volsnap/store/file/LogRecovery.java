/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.volsnap.store.file.LogFormat.SEGMENT_HEADER_BYTES;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.store.StoreCorruptException;

/**
 * Reads the log after a stop, which is always taken for a crash: verifies every record and the chunks of the last
 * batch, cuts the torn tail, tells what is there and what is damaged. When it returns all that was told is durable,
 * also what only the page cache held. For one thread.
 */
final class LogRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

    private final SegmentFiles segmentFiles;
    private final RecordCodec records;
    private final SpaceIndex space;
    private final ReplayGuide guide;
    private long lastBatch;

    LogRecovery(SegmentFiles segmentFiles, RecordCodec records, SpaceIndex space, ReplayGuide guide) {
        this.segmentFiles = segmentFiles;
        this.records = records;
        this.space = space;
        this.guide = guide;
    }

    LogTail recover() throws IOException {
        CheckedFile listFile = segmentFiles.list();
        SegmentList segments = SegmentList.decode(listFile.read(), listFile.path());
        removeLeftovers(segments);
        for (SegmentEntry entry : segments.sealed()) {
            replaySealed(entry);
        }
        LogTail tail = segmentFiles.files().exists(openPath(segments)) ? replayOpen(segments) : replaceOpen(segments);
        segmentFiles.files().forceDirectory(segmentFiles.layout().log());
        segmentFiles.files().forceDirectory(segmentFiles.layout().directory());
        return tail;
    }

    private Path openPath(SegmentList segments) {
        return segmentFiles.layout().segment(segments.open());
    }

    /** Files that a crash left: segments not yet or no longer listed, and half rewritten ones. */
    private void removeLeftovers(SegmentList segments) throws IOException {
        StoreFiles files = segmentFiles.files();
        for (Path file : files.list(segmentFiles.layout().log())) {
            OptionalInt number = StoreLayout.segmentNumber(file);
            boolean isListed = number.isPresent() && segments.contains(number.getAsInt());
            boolean isNewer = number.isPresent() && number.getAsInt() > segments.open();
            if (isNewer && files.length(file) > SEGMENT_HEADER_BYTES) {
                throw new StoreCorruptException("%s is not listed in %s, which is too old"
                        .formatted(file, segmentFiles.layout().segmentList()));
            }
            if (!isListed && (number.isPresent() || StoreLayout.isRewritten(file))) {
                files.delete(file);
            }
        }
    }

    private void replaySealed(SegmentEntry entry) throws IOException {
        space.addSegment(entry.number());
        if (!segmentFiles.files().exists(segmentFiles.layout().segment(entry.number()))) {
            lostSegment(entry.number());
            return;
        }
        try (StoreFile file = segmentFiles.openRead(entry.number())) {
            checkHeader(file, entry.number());
            replay(file, entry);
        }
    }

    private void lostSegment(int number) {
        space.keep(number);
        guide.lostAll(segmentFiles.place(number, 0), "the segment is missing");
    }

    private short checkHeader(StoreFile file, int number) throws IOException {
        short version = segmentFiles
                .header(number)
                .versionAtStartOf(file, segmentFiles.layout().segment(number));
        if (version == SegmentHeader.NO_VERSION) {
            guide.tellDamage(segmentFiles.place(number, 0), "bad segment header");
        }
        return version;
    }

    private LogTail replayOpen(SegmentList segments) throws IOException {
        int number = segments.open();
        space.addSegment(number);
        try (StoreFile file = segmentFiles.openWrite(number)) {
            short version = checkHeader(file, number);
            OpenSegmentEnd end = OpenSegmentEnd.find(segmentFiles.reader(file, number), file.length());
            if (version == SegmentHeader.NO_VERSION) {
                return leaveDamaged(segments, file, end);
            }
            cutTail(file, number, end.offset());
            file.force();
            SegmentEntry entry = new SegmentEntry(number, end.offset(), end.last());
            replay(file, entry);
            return version == FormatVersion.MAX
                    ? new LogTail(segments, end.offset(), end.last(), lastBatch, guide.newestOwner())
                    : openNext(segments, entry);
        }
    }

    private void cutTail(StoreFile file, int number, long end) throws IOException {
        if (file.length() > end) {
            if (!segmentFiles.reader(file, number).onlyZerosFrom(end)) {
                LOG.warn(
                        "{}: cutting off {} bytes that were never acknowledged",
                        segmentFiles.place(number, end),
                        file.length() - end);
            }
            file.truncate(end);
        }
    }

    /** An open segment without its header may have lost anything; it is sealed so that this is noticed every time. */
    private LogTail leaveDamaged(SegmentList segments, StoreFile file, OpenSegmentEnd end) throws IOException {
        file.force();
        long sealedEnd = Math.max(end.offset(), SEGMENT_HEADER_BYTES + LogFormat.ALIGNMENT);
        SegmentEntry entry = new SegmentEntry(segments.open(), sealedEnd, end.last());
        space.keep(entry.number());
        replay(file, entry);
        return openNext(segments, entry);
    }

    /** Goes on in a new segment; the missing one stays listed, so that its loss is noticed every time. */
    private LogTail replaceOpen(SegmentList segments) throws IOException {
        lostSegment(segments.open());
        return openNext(segments, new SegmentEntry(segments.open(), SEGMENT_HEADER_BYTES, FrameLink.NONE));
    }

    private LogTail openNext(SegmentList segments, SegmentEntry sealed) throws IOException {
        SegmentList longer = segments.withSealed(sealed);
        segmentFiles.create(longer.open()).close();
        segmentFiles.list().write(longer.encode());
        space.addSegment(longer.open());
        return new LogTail(longer, SEGMENT_HEADER_BYTES, FrameLink.NONE, lastBatch, guide.newestOwner());
    }

    private void replay(StoreFile file, SegmentEntry segment) throws IOException {
        SegmentWalk walk = new SegmentWalk(segmentFiles.reader(file, segment.number()));
        walk.walk(SEGMENT_HEADER_BYTES, segment.end(), new SegmentWalk.Visitor() {
            @Override
            public void frame(Frame frame) {
                tell(segment.number(), frame);
            }

            @Override
            public void damage(long from, long to, @Nullable Frame next) {
                tellDamage(segment.number(), from, to, next == null ? segment.last() : next.previous());
            }
        });
    }

    private void tell(int segment, Frame frame) {
        lastBatch = Math.max(lastBatch, frame.batch());
        LogEntry entry = records.decode(frame);
        if (entry == null) {
            space.keep(segment);
            guide.lostAll(segmentFiles.place(segment, frame.offset()), "not a record of type " + frame.type());
            return;
        }
        PlacedEntry placed = PlacedEntry.of(segment, frame, entry);
        space.add(placed);
        guide.entry(placed, frame.dataLength());
    }

    private void tellDamage(int segment, long from, long to, FrameLink lostBefore) {
        space.keep(segment);
        String place = segmentFiles.place(segment, from);
        if (lostBefore.length() == to - from) {
            guide.lostFrame(place, lostBefore);
        } else {
            guide.lostAll(place, (to - from) + " bytes are not what was written");
        }
    }
}
