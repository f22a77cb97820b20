/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What is live and what is dead in one segment, exactly, by subject. For one thread. */
final class SegmentTally {
    /** One subject's part. */
    static final class Part {
        int deadFrames;
        long chunks;
        long chunkBytes;
        long otherBytes;
    }

    private final Map<Subject, Part> parts = new HashMap<>();
    private final Set<Subject> deadTombstones = new HashSet<>();
    private long liveBytes;
    private long totalBytes;

    void live(PlacedEntry entry) {
        totalBytes += entry.length();
        liveBytes += entry.length();
        if (isTombstone(entry.type())) {
            return;
        }
        Part part = part(entry);
        if (entry.type() == FrameType.CHUNK) {
            part.chunks++;
            part.chunkBytes += entry.length();
        } else {
            part.otherBytes += entry.length();
        }
    }

    void dead(PlacedEntry entry) {
        if (entry.type() != FrameType.GAP) {
            totalBytes += entry.length();
        }
        if (isTombstone(entry.type())) {
            deadTombstones.add(entry.subject());
        } else if (!(entry.entry() instanceof LogEntry.Filler)) {
            part(entry).deadFrames++;
        }
    }

    private Part part(PlacedEntry entry) {
        return parts.computeIfAbsent(entry.subject(), subject -> new Part());
    }

    static boolean isTombstone(FrameType type) {
        return type == FrameType.VERSION_FREED || type == FrameType.LINEAGE_FREED;
    }

    Map<Subject, Part> parts() {
        return parts;
    }

    Set<Subject> deadTombstones() {
        return deadTombstones;
    }

    long liveBytes() {
        return liveBytes;
    }

    long totalBytes() {
        return totalBytes;
    }
}
