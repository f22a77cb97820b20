/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import org.volsnap.model.SnapshotId;

/** Figures that every poll asks for. Safe for many threads; counting takes no lock. */
final class Statistics {
    /** What a snapshot owns. */
    static final class Owned {
        private final LongAdder versions = new LongAdder();
        private final LongAdder chunks = new LongAdder();
        private final LongAdder bytes = new LongAdder();

        long versions() {
            return versions.sum();
        }

        long chunks() {
            return chunks.sum();
        }

        long bytes() {
            return bytes.sum();
        }
    }

    private final ConcurrentMap<SnapshotId, Owned> owned = new ConcurrentHashMap<>();
    private final ConcurrentMap<Long, Version> lost = new ConcurrentHashMap<>();
    private final LongAdder completed = new LongAdder();

    /** A version comes (1) or goes (-1). */
    void version(Version version, int sign) {
        of(version.header().owner()).versions.add(sign);
        if (version.isLost() && sign > 0) {
            lost.put(version.number(), version);
        } else {
            lost.remove(version.number());
        }
    }

    /** Completed exceptions of a version's owner come, or go when negative. */
    void chunks(SnapshotId owner, long chunks, long bytes) {
        Owned figures = of(owner);
        figures.chunks.add(chunks);
        figures.bytes.add(bytes);
        completed.add(chunks);
    }

    long completed() {
        return completed.sum();
    }

    Owned of(SnapshotId owner) {
        return owned.computeIfAbsent(owner, id -> new Owned());
    }

    /** Versions that are lost. */
    Collection<Version> lost() {
        return lost.values();
    }

    /** Snapshots that own versions. */
    Collection<SnapshotId> owners() {
        return owned.entrySet().stream()
                .filter(entry -> entry.getValue().versions() > 0)
                .map(Map.Entry::getKey)
                .toList();
    }
}
