/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.common.collect.Lists;
import java.io.IOException;
import java.util.List;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.VersionLostException;

/**
 * Puts a version back over the live replica that it rests on (dm-snap.c, snapshot_merge_next_chunks). A merge is an
 * origin change like any other: what it overwrites is preserved for newer snapshots first, and nothing is written to a
 * chunk while an exception is pending or a conflicting read in flight on it. The caller holds the block's gate.
 */
final class Merger {
    private static final int CHUNKS_A_ROUND = 256;

    private final EngineContext context;
    private final Preserver preserver;
    private final LossRecorder losses;

    Merger(EngineContext context, Preserver preserver, LossRecorder losses) {
        this.context = context;
        this.preserver = preserver;
        this.losses = losses;
    }

    void merge(BlockExceptions block, VersionHeader header, LiveReplica live, OriginWriter writer) throws IOException {
        LineageView version = block.lineageOf(header.number())
                .orElseThrow(() -> new VersionLostException(header + " is not known here any more"));
        check(version, live);
        for (StoredChunk chunk : version.stored()) {
            read(block, version, chunk);
        }
        AttachedStore store = context.volumes().of(live);
        preserver.preserve(Change.merge(header, live, store, List.of(tail(header, live))));
        for (List<StoredChunk> round : Lists.partition(version.stored(), CHUNKS_A_ROUND)) {
            preserver.preserve(Change.merge(header, live, store, rangesOf(round)));
            for (StoredChunk chunk : round) {
                writer.writeChunk(chunk.chunk(), read(block, version, chunk));
            }
        }
        writer.finish(version.version().header());
    }

    private static void check(LineageView version, LiveReplica live) throws VersionLostException {
        VersionHeader header = version.version().header();
        if (version.version().isLost()) {
            throw new VersionLostException(
                    header + " is lost: " + version.version().lost());
        }
        if (!version.base().matches(live.key().stamp(), live.length())) {
            throw new VersionLostException(header + " rests on " + version.base() + ", not on " + live.key() + " of "
                    + live.length() + " bytes");
        }
    }

    /** What the merge cuts off, with the chunk in which the version ends: its last checksum is written anew. */
    private ChunkRange tail(VersionHeader header, LiveReplica live) {
        return context.settings().geometry().covering(header.length(), live.length());
    }

    private static List<ChunkRange> rangesOf(List<StoredChunk> chunks) {
        ChunkSet set = new ChunkSet();
        chunks.forEach(chunk -> set.add(chunk.chunk()));
        return set.ranges();
    }

    private ChunkContent read(BlockExceptions block, LineageView version, StoredChunk chunk) throws IOException {
        VersionHeader header = version.version().header();
        ChunkGeometry geometry = context.settings().geometry();
        AttachedStore store = chunk.holder().store();
        if (!store.isPresent()) {
            throw new VersionLostException(header + " needs chunk " + chunk.chunk() + " of " + store);
        }
        try {
            ChunkContent content = store.exceptions().read(chunk.location());
            int length = geometry.lengthOf(chunk.chunk(), header.length());
            return content.data().remaining() == length
                    ? content
                    : context.origin().cut(header.checksumHeader(), content, length);
        } catch (StoreCorruptException e) {
            losses.record(block, version.version(), String.valueOf(e.getMessage()));
            throw new VersionLostException(header + " is lost", e);
        }
    }
}
