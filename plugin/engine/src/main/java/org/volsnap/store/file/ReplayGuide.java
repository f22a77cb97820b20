/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.ExceptionStore.Replay;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreRecord.BaseChanged;
import org.volsnap.store.StoreRecord.ChunksFreed;
import org.volsnap.store.StoreRecord.LineageFreed;
import org.volsnap.store.StoreRecord.VersionFreed;
import org.volsnap.store.StoreRecord.VersionHandedDown;
import org.volsnap.store.StoreRecord.VersionLost;
import org.volsnap.store.StoreRecord.VersionPreserved;

/**
 * Tells a replay what the log holds, and what damage took from it. Nothing but a loss is told of a version whose header
 * was not: it is freed, or its header is damaged. For one thread.
 */
final class ReplayGuide {
    private static final Logger LOG = LoggerFactory.getLogger(ReplayGuide.class);

    private final Replay into;
    /** Versions that were told and not freed, with their lineages. */
    private final Map<Long, Long> known = new HashMap<>();

    private @Nullable SnapshotId newestOwner;

    ReplayGuide(Replay into) {
        this.into = into;
    }

    @Nullable
    SnapshotId newestOwner() {
        return newestOwner;
    }

    void entry(PlacedEntry placed, int dataLength) {
        if (placed.entry() instanceof LogEntry.Chunk chunk) {
            chunk(chunk, placed.position(), dataLength);
        } else if (placed.entry() instanceof LogEntry.Metadata metadata) {
            record(metadata.record());
        }
    }

    private void chunk(LogEntry.Chunk chunk, long position, int dataLength) {
        if (known.containsKey(chunk.version())) {
            int length = dataLength - chunk.checksumsLength();
            into.chunk(chunk.version(), chunk.chunk(), LogPosition.location(position), length);
        }
    }

    private void record(StoreRecord record) {
        if (record instanceof VersionPreserved preserved) {
            preserved(preserved.header());
        }
        if (isTold(record)) {
            into.record(record);
        }
        if (record instanceof VersionFreed freed) {
            known.remove(freed.version());
        }
    }

    private void preserved(VersionHeader header) {
        known.put(header.number(), header.lineage());
        SnapshotId newest = newestOwner;
        if (newest == null || header.owner().compareTo(newest) > 0) {
            newestOwner = header.owner();
        }
    }

    private boolean isTold(StoreRecord record) {
        if (record instanceof VersionHandedDown handed) {
            return known.containsKey(handed.version());
        } else if (record instanceof ChunksFreed freed) {
            return known.containsKey(freed.version());
        }
        return record instanceof VersionPreserved
                || record instanceof VersionLost
                || record instanceof VersionFreed
                || record instanceof BaseChanged
                || record instanceof LineageFreed;
    }

    /** A loss from the file of losses; the version's header may not have made it into the log. */
    void loss(VersionPreserved version, VersionLost loss) {
        if (!known.containsKey(loss.version())) {
            record(version);
        }
        record(loss);
    }

    /** Something is damaged and it is not known what it held: no version told so far can be trusted to be complete. */
    void lostAll(String place, String reason) {
        tellDamage(place, reason);
        loseVersions(version -> true, place + " is damaged: " + reason);
    }

    /** Damage that took exactly this frame. */
    void lostFrame(String place, FrameLink frame) {
        String reason = "one record is not what was written: " + frame.type() + " of " + frame.subject();
        switch (frame.type()) {
            case CHUNK, VERSION_LOST -> {
                tellDamage(place, reason);
                loseVersions(version -> version == frame.subject(), place + " is damaged: " + reason);
            }
            case BASE_CHANGED -> {
                tellDamage(place, reason);
                loseVersions(version -> isOfLineage(version, frame.subject()), place + " is damaged: " + reason);
            }
            case VERSION_PRESERVED -> lostAll(place, reason);
            case VERSION_HANDED_DOWN, CHUNKS_FREED, VERSION_FREED, LINEAGE_FREED, MARK, GAP ->
                tellDamage(place, reason + "; no content is lost");
        }
    }

    /** Damage without consequences. */
    void tellDamage(String place, String reason) {
        LOG.error("{} is damaged: {}", place, reason);
        into.damaged(place, reason);
    }

    private boolean isOfLineage(long version, long lineage) {
        Long of = known.get(version);
        return of != null && of == lineage;
    }

    private void loseVersions(LongPredicate concerned, String reason) {
        List<Long> lost =
                known.keySet().stream().filter(concerned::test).sorted().toList();
        lost.forEach(version -> into.record(new VersionLost(version, reason)));
    }
}
