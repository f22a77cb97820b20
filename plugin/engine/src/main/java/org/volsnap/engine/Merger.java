/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.common.collect.Lists;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.volsnap.model.BlockKey;
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

    /** Chunks that are kept in memory between the two passes of a merge; those behind them are read twice. */
    private static final long MOST_KEPT_BYTES = 16L << 20;

    private final EngineContext context;
    private final Preserver preserver;
    private final LossRecorder losses;

    Merger(EngineContext context, Preserver preserver, LossRecorder losses) {
        this.context = context;
        this.preserver = preserver;
        this.losses = losses;
    }

    /** What is put back: a chunk, and the version that is lost when it can't be read. */
    private record Part(StoredChunk chunk, Version concerned) {}

    void merge(BlockExceptions block, VersionHeader header, LiveReplica live, OriginWriter writer) throws IOException {
        LineageView version = block.lineageOf(header.number())
                .orElseThrow(() -> new VersionLostException(header + " is not known here any more"));
        check(version, live);
        merge(block, version.version().header(), partsOf(version), live, writer);
    }

    /** Puts back what the snapshot reads under this key, its own writes included. */
    void merge(BlockExceptions block, ChainLink snapshot, BlockKey key, LiveReplica live, OriginWriter writer)
            throws IOException {
        Map<Long, Part> parts = new TreeMap<>();
        Optional<LineageView> preserved =
                block.visible(snapshot, key).flatMap(version -> block.lineageOf(version.number()));
        if (preserved.isPresent()) {
            check(preserved.get(), live);
            partsOf(preserved.get()).forEach(part -> parts.put(part.chunk().chunk(), part));
        } else if (!live.key().equals(key)) {
            throw new VersionLostException(key + " is not live, but " + live.key());
        }
        Optional<Version> written = block.privateVersion(snapshot.id(), key);
        if (written.isPresent()) {
            checkReadable(written.get());
        }
        for (StoredChunk chunk : block.privateChunks(snapshot.id(), key)) {
            parts.put(chunk.chunk(), new Part(chunk, chunk.holder()));
        }
        Optional<VersionHeader> header = preserved
                .map(view -> view.version().header())
                .or(() -> written.map(version -> version.header().withState(live.state())));
        if (header.isPresent()) {
            merge(block, header.get(), List.copyOf(parts.values()), live, writer);
        }
    }

    private static List<Part> partsOf(LineageView version) {
        return version.stored().stream()
                .map(chunk -> new Part(chunk, version.version()))
                .toList();
    }

    private void merge(
            BlockExceptions block, VersionHeader header, List<Part> parts, LiveReplica live, OriginWriter writer)
            throws IOException {
        List<ChunkContent> kept = readAll(block, header, parts);
        AttachedStore store = context.volumes().of(live);
        preserver.preserve(Change.merge(header, live, store, List.of(tail(header, live))));
        int next = 0;
        for (List<Part> round : Lists.partition(parts, CHUNKS_A_ROUND)) {
            preserver.preserve(Change.merge(header, live, store, rangesOf(round)));
            for (Part part : round) {
                ChunkContent content = next < kept.size() ? kept.get(next) : read(block, header, part);
                writer.writeChunk(part.chunk().chunk(), content);
                next++;
            }
        }
        writer.finish(header);
    }

    /**
     * Reads all chunks before the first is written: what is damaged is lost as a whole, and the replica is as it was.
     *
     * @return the first of them, as many as are kept in memory
     */
    private List<ChunkContent> readAll(BlockExceptions block, VersionHeader header, List<Part> parts)
            throws IOException {
        List<ChunkContent> kept = new ArrayList<>();
        long keptBytes = 0;
        for (Part part : parts) {
            ChunkContent content = read(block, header, part);
            keptBytes += content.data().remaining();
            if (keptBytes <= MOST_KEPT_BYTES) {
                kept.add(content);
            }
        }
        return kept;
    }

    private static void checkReadable(Version version) throws VersionLostException {
        if (version.isLost()) {
            throw new VersionLostException(version.header() + " is lost: " + version.lost());
        }
    }

    private static void check(LineageView version, LiveReplica live) throws VersionLostException {
        VersionHeader header = version.version().header();
        checkReadable(version.version());
        if (!version.base().matches(live.key().stamp(), live.length())) {
            throw new VersionLostException(header + " rests on " + version.base() + ", not on " + live.key() + " of "
                    + live.length() + " bytes");
        }
    }

    /** What the merge cuts off, with the chunk in which the version ends: its last checksum is written anew. */
    private ChunkRange tail(VersionHeader header, LiveReplica live) {
        return context.settings().geometry().covering(header.length(), live.length());
    }

    private static List<ChunkRange> rangesOf(List<Part> parts) {
        ChunkSet set = new ChunkSet();
        parts.forEach(part -> set.add(part.chunk().chunk()));
        return set.ranges();
    }

    private ChunkContent read(BlockExceptions block, VersionHeader header, Part part) throws IOException {
        ChunkGeometry geometry = context.settings().geometry();
        StoredChunk chunk = part.chunk();
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
            losses.record(block, part.concerned(), String.valueOf(e.getMessage()));
            throw new VersionLostException(header + " is lost", e);
        }
    }
}
