/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.volsnap.store.file.LogFormat.SEGMENT_HEADER_BYTES;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the space of dead frames back. A sealed segment without a live frame is unlinked. One that is mostly dead is
 * rewritten as a sparse file in which every live frame keeps its offset, and renamed over the old one: the log's order
 * and all locations stay as they are, and a crash leaves the old file or the new one. A segment with damage is left
 * alone. Used by one thread; the log is written to meanwhile.
 */
final class Compactor {
    private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);

    private final SegmentFiles segmentFiles;
    private final RecordCodec records;
    private final SpaceIndex space;
    private final Committer committer;
    private final long leastDeadBytes;

    Compactor(
            SegmentFiles segmentFiles,
            RecordCodec records,
            SpaceIndex space,
            Committer committer,
            long leastDeadBytes) {
        this.segmentFiles = segmentFiles;
        this.records = records;
        this.space = space;
        this.committer = committer;
        this.leastDeadBytes = leastDeadBytes;
    }

    /** What is deadest first, and again as long as it helps: the last frame of a version takes its tombstone along. */
    void compact() throws IOException {
        committer.call(this::sealWhenMostlyDead);
        boolean helped = true;
        while (helped) {
            helped = false;
            for (SegmentEntry segment : candidates()) {
                helped |= compact(segment);
            }
        }
    }

    private List<SegmentEntry> candidates() throws IOException {
        Map<Integer, SegmentEntry> sealed = new HashMap<>();
        committer.call(log -> log.segments().sealed().forEach(segment -> sealed.put(segment.number(), segment)));
        return space.mostlyDead(leastDeadBytes).stream()
                .map(sealed::get)
                .filter(Objects::nonNull)
                .toList();
    }

    private void sealWhenMostlyDead(LogWriter log) throws IOException {
        boolean worth = log.openBytes() - SEGMENT_HEADER_BYTES >= leastDeadBytes;
        if (worth && space.mostlyDead(leastDeadBytes).contains(log.segments().open())) {
            log.roll();
            space.addSegment(log.segments().open());
        }
    }

    /** @return whether any space was given back */
    private boolean compact(SegmentEntry segment) throws IOException {
        int number = segment.number();
        try (StoreFile file = segmentFiles.openRead(number)) {
            Scan scan = new Scan(number, null);
            scan.run(file, segment.end());
            if (scan.damaged) {
                space.keep(number);
                return false;
            } else if (scan.tally.liveBytes() == 0) {
                unlink(number, scan.tally);
                return true;
            } else if (isWorthRewriting(scan.tally)) {
                return rewrite(file, segment);
            }
            space.correct(number, scan.tally);
            return false;
        }
    }

    private boolean isWorthRewriting(SegmentTally tally) {
        long dead = tally.totalBytes() - tally.liveBytes();
        return dead > tally.liveBytes() && dead >= leastDeadBytes;
    }

    /** The list first: a segment that is listed and not there is a loss. */
    private void unlink(int number, SegmentTally tally) throws IOException {
        committer.call(log -> log.replaceSegments(log.segments().without(entry -> entry.number() == number)));
        segmentFiles.files().delete(segmentFiles.layout().segment(number));
        space.removeSegment(number, tally);
        LOG.info(
                "Segment {} had no live frame and is deleted",
                segmentFiles.layout().segment(number));
    }

    private boolean rewrite(StoreFile old, SegmentEntry segment) throws IOException {
        int number = segment.number();
        StoreFiles files = segmentFiles.files();
        Path target = segmentFiles.layout().segment(number);
        Path beside = segmentFiles.layout().rewritten(number);
        try {
            Rewritten rewritten = copyLive(old, segment, beside);
            if (rewritten.scan.damaged) {
                space.keep(number);
                return false;
            }
            files.rename(beside, target);
            files.forceDirectory(segmentFiles.layout().log());
            committer.call(log -> log.replaceSegments(log.segments().withReplaced(rewritten.entry)));
            space.removeDead(number, rewritten.scan.tally);
            LOG.info("Segment {} was rewritten: {} bytes are live", target, rewritten.scan.tally.liveBytes());
            return true;
        } finally {
            files.delete(beside);
        }
    }

    private record Rewritten(Scan scan, SegmentEntry entry) {}

    private Rewritten copyLive(StoreFile old, SegmentEntry segment, Path beside) throws IOException {
        int number = segment.number();
        try (StoreFile file = segmentFiles.files().openWrite(beside)) {
            file.truncate(0);
            SparseWriter writer = new SparseWriter(file, segmentFiles.codec(number));
            writer.begin(segmentFiles.header(number));
            Scan scan = new Scan(number, writer);
            scan.run(old, segment.end());
            FrameLink last = writer.finish(segment.end());
            file.force();
            return new Rewritten(scan, new SegmentEntry(number, segment.end(), last));
        }
    }

    /** Goes through a segment, counts what is live, and copies it when there is somewhere to copy to. */
    private final class Scan implements SegmentWalk.Visitor {
        private final SegmentTally tally = new SegmentTally();
        private final int number;
        private final @Nullable SparseWriter writer;
        private @Nullable StoreFile source;
        private boolean damaged;

        Scan(int number, @Nullable SparseWriter writer) {
            this.number = number;
            this.writer = writer;
        }

        void run(StoreFile file, long end) throws IOException {
            source = file;
            new SegmentWalk(segmentFiles.reader(file, number)).walk(SEGMENT_HEADER_BYTES, end, this);
        }

        @Override
        public void frame(Frame frame) throws IOException {
            LogEntry entry = records.decode(frame);
            if (entry == null) {
                damaged = true;
                return;
            }
            PlacedEntry placed = PlacedEntry.of(number, frame, entry);
            StoreFile from = source;
            if (!space.isLive(placed)) {
                tally.dead(placed);
            } else {
                tally.live(placed);
                if (writer != null && from != null) {
                    writer.copy(frame, from);
                }
            }
        }

        @Override
        public void damage(long from, long to, @Nullable Frame next) {
            damaged = true;
        }
    }
}
