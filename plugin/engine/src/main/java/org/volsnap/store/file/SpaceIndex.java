/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.volsnap.model.VersionState;
import org.volsnap.store.StoreRecord.ChunksFreed;
import org.volsnap.store.StoreRecord.VersionPreserved;
import org.volsnap.store.StoreUsage;

/**
 * Knows which frames of the log are live. Nothing is kept per chunk, but for versions that are private, which are the
 * only ones whose chunks are written again: how much of a segment a {@link ChunksFreed} or a chunk's next frame kills is
 * estimated, and made exact when the segment is read. Safe for many threads; its monitor is held for memory only.
 *
 * <p>When a frame dies: everything of a version with its {@code VersionFreed}, a chunk with a later {@code ChunksFreed},
 * or, of a private version, with its next frame, a loss, hand-down or base with the next of its kind, a base with {@code LineageFreed}. A record that frees its whole
 * subject is a tombstone: it dies when no other frame of its subject is left on disk. It speaks of what was committed
 * before it: a number that comes again after it was forgotten is alive.
 */
final class SpaceIndex {
    private static final class SegmentSpace {
        long live;
        long total;

        void die(long bytes) {
            live = Math.max(0, live - bytes);
        }
    }

    @GuardedBy("this")
    private final Map<Integer, SegmentSpace> segments = new TreeMap<>();

    @GuardedBy("this")
    private final Map<Subject, SubjectSpace> subjects = new HashMap<>();

    @GuardedBy("this")
    private final Set<Integer> kept = new HashSet<>();

    /** Takes a segment in, although it may have no frame yet. */
    synchronized void addSegment(int number) {
        segments.computeIfAbsent(number, unused -> new SegmentSpace());
    }

    /** A damaged segment stays as it is: what it held is not known to be dead. */
    synchronized void keep(int segment) {
        kept.add(segment);
    }

    synchronized void add(PlacedEntry entry) {
        SegmentSpace segment = segments.computeIfAbsent(entry.segment(), unused -> new SegmentSpace());
        if (entry.entry() instanceof LogEntry.Filler) {
            segment.total += entry.type() == FrameType.GAP ? 0 : entry.length();
            return;
        }
        segment.total += entry.length();
        segment.live += entry.length();
        SubjectSpace subject = subjects.computeIfAbsent(entry.subject(), unused -> new SubjectSpace());
        if (SegmentTally.isTombstone(entry.type())) {
            bury(subject, entry);
        } else {
            addTo(subject, entry);
        }
    }

    @GuardedBy("this")
    private void addTo(SubjectSpace subject, PlacedEntry entry) {
        SubjectSpace.Share share = subject.share(entry.segment());
        share.frames++;
        if (entry.type() == FrameType.CHUNK) {
            share.chunks++;
            share.chunkBytes += entry.length();
        } else {
            share.otherBytes += entry.length();
        }
        if (entry.entry() instanceof LogEntry.Chunk chunk) {
            Long old = subject.written(chunk.chunk(), entry.position());
            if (old != null) {
                estimateDead(subject.share(LogPosition.segment(old)), 1);
            }
        }
        if (entry.entry() instanceof LogEntry.Metadata metadata) {
            if (metadata.record() instanceof ChunksFreed freed) {
                subject.freeChunks(freed.chunks(), entry.position());
                estimateFreed(subject, freed.chunks().count());
            } else {
                supersede(subject, entry);
            }
            if (metadata.record() instanceof VersionPreserved preserved
                    && preserved.header().state() == VersionState.PRIVATE) {
                subject.takeRewrites();
            }
        }
    }

    @GuardedBy("this")
    private void supersede(SubjectSpace subject, PlacedEntry entry) {
        PlacedEntry old = subject.supersede(entry);
        if (old != null) {
            subject.share(old.segment()).otherBytes -= old.length();
            segment(old.segment()).die(old.length());
        }
    }

    /** Spreads the dead chunks over the segments as the version's chunks are spread. */
    @GuardedBy("this")
    private void estimateFreed(SubjectSpace subject, long count) {
        long chunks = subject.shares().stream().mapToLong(share -> share.chunks).sum();
        double part = chunks == 0 ? 0 : Math.min(1.0, (double) count / chunks);
        for (SubjectSpace.Share share : subject.shares()) {
            estimateDead(share, share.chunks * part);
        }
    }

    @GuardedBy("this")
    private void estimateDead(SubjectSpace.Share share, double chunks) {
        double part = share.chunks == 0 ? 0 : Math.min(1.0, chunks / share.chunks);
        long bytes = Math.round(share.chunkBytes * part);
        share.chunkBytes -= bytes;
        share.chunks -= Math.round(share.chunks * part);
        segment(share.segment).die(bytes);
    }

    @GuardedBy("this")
    private void bury(SubjectSpace subject, PlacedEntry stone) {
        PlacedEntry old = subject.tombstone();
        if (old != null) {
            segment(old.segment()).die(old.length());
        }
        for (SubjectSpace.Share share : subject.shares()) {
            segment(share.segment).die(share.liveBytes());
            share.chunks = 0;
            share.chunkBytes = 0;
            share.otherBytes = 0;
        }
        subject.bury(stone);
        forgetIfGone(stone.subject(), subject);
    }

    /** Whether anything needs this frame. */
    synchronized boolean isLive(PlacedEntry entry) {
        if (entry.entry() instanceof LogEntry.Filler) {
            return false;
        }
        SubjectSpace subject = subjects.get(entry.subject());
        if (SegmentTally.isTombstone(entry.type())) {
            return subject != null && isTombstone(subject, entry) && subject.liesOutside(entry.segment());
        }
        if (subject == null || subject.isBuried(entry)) {
            return false;
        }
        if (entry.entry() instanceof LogEntry.Chunk chunk) {
            return !subject.isFreed(chunk.chunk(), entry.position())
                    && !subject.isWrittenAgain(chunk.chunk(), entry.position());
        }
        return entry.type() == FrameType.CHUNKS_FREED || subject.isLatest(entry);
    }

    private static boolean isTombstone(SubjectSpace subject, PlacedEntry entry) {
        PlacedEntry stone = subject.tombstone();
        return stone != null && stone.position() == entry.position();
    }

    /** The version's content was freed. */
    synchronized boolean isFreed(long version) {
        SubjectSpace subject = subjects.get(new Subject(false, version));
        return subject != null && subject.tombstone() != null && !subject.has(FrameType.VERSION_PRESERVED);
    }

    /** The version's header is in the log. */
    synchronized boolean hasVersion(long version) {
        SubjectSpace subject = subjects.get(new Subject(false, version));
        return subject != null && subject.has(FrameType.VERSION_PRESERVED);
    }

    /** Replaces estimates by what was read from the segment. */
    synchronized void correct(int number, SegmentTally tally) {
        SegmentSpace segment = segment(number);
        segment.live = tally.liveBytes();
        segment.total = tally.totalBytes();
        for (Map.Entry<Subject, SegmentTally.Part> entry : tally.parts().entrySet()) {
            SubjectSpace subject = subjects.get(entry.getKey());
            SegmentTally.Part part = entry.getValue();
            if (subject != null) {
                SubjectSpace.Share share = subject.share(number);
                share.chunks = part.chunks;
                share.chunkBytes = part.chunkBytes;
                share.otherBytes = part.otherBytes;
            }
        }
    }

    /** All that the tally found dead is gone from the disk for good. */
    synchronized void removeDead(int number, SegmentTally tally) {
        correct(number, tally);
        segment(number).total = tally.liveBytes();
        for (Map.Entry<Subject, SegmentTally.Part> part : tally.parts().entrySet()) {
            SubjectSpace subject = subjects.get(part.getKey());
            if (subject != null) {
                subject.share(number).frames -= part.getValue().deadFrames;
                subject.dropEmptyShares();
                forgetIfGone(part.getKey(), subject);
            }
        }
        for (Subject key : tally.deadTombstones()) {
            SubjectSpace subject = subjects.get(key);
            PlacedEntry stone = subject == null ? null : subject.tombstone();
            if (subject != null && stone != null && stone.segment() == number) {
                subject.forgetTombstone();
                if (subject.shares().isEmpty()) {
                    subjects.remove(key);
                }
            }
        }
    }

    synchronized void removeSegment(int number, SegmentTally tally) {
        removeDead(number, tally);
        segments.remove(number);
    }

    /** A tombstone dies with the last frame that it speaks of. */
    @GuardedBy("this")
    private void forgetIfGone(Subject key, SubjectSpace subject) {
        PlacedEntry stone = subject.tombstone();
        if (stone != null && subject.shares().isEmpty()) {
            segment(stone.segment()).die(stone.length());
            subjects.remove(key);
        }
    }

    /** Segments, the one with the least live bytes first, of which more than half, and at least this many bytes, are dead, or nothing is live. */
    synchronized List<Integer> mostlyDead(long leastBytes) {
        Set<Integer> untouchable = kept;
        return segments.entrySet().stream()
                .filter(entry -> !untouchable.contains(entry.getKey()))
                .filter(entry -> isMostlyDead(entry.getValue(), leastBytes))
                .sorted(Comparator.comparingLong(entry -> entry.getValue().live))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static boolean isMostlyDead(SegmentSpace segment, long leastBytes) {
        long dead = segment.total - segment.live;
        return segment.live == 0 || (dead > segment.live && dead >= leastBytes);
    }

    synchronized StoreUsage usage() {
        long live = segments.values().stream().mapToLong(s -> s.live).sum();
        long total = segments.values().stream().mapToLong(s -> s.total).sum();
        return new StoreUsage(live, total);
    }

    @GuardedBy("this")
    private SegmentSpace segment(int number) {
        SegmentSpace segment = segments.get(number);
        return segment == null ? new SegmentSpace() : segment;
    }
}
