/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.volsnap.store.file.LogFormat.SEGMENT_HEADER_BYTES;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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

    /** Oldest segment first, and again as long as it helps: the last frame of a version takes its tombstone along. */
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
        Set<Integer> dead = Set.copyOf(space.mostlyDead(leastDeadBytes));
        List<SegmentEntry> found = new ArrayList<>();
        committer.call(log -> log.segments().sealed().stream()
                .filter(segment -> dead.contains(segment.number()))
                .forEach(found::add));
        return found;
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
        Scan scan;
        FrameLink last;
        try (StoreFile file = files.openWrite(beside)) {
            file.truncate(0);
            SparseWriter writer = new SparseWriter(file, segmentFiles.codec(number));
            writer.begin(segmentFiles.header(number));
            scan = new Scan(number, writer);
            scan.run(old, segment.end());
            last = writer.finish(segment.end());
            file.force();
        }
        if (scan.damaged) {
            files.delete(beside);
            space.keep(number);
            return false;
        }
        files.rename(beside, target);
        files.forceDirectory(segmentFiles.layout().log());
        SegmentEntry entry = new SegmentEntry(number, segment.end(), last);
        committer.call(log -> log.replaceSegments(log.segments().withReplaced(entry)));
        space.removeDead(number, scan.tally);
        LOG.info("Segment {} was rewritten: {} bytes are live", target, scan.tally.liveBytes());
        return true;
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
