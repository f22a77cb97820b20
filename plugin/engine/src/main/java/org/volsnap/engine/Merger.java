/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.common.collect.Lists;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.MediaErrors;
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
        List<List<Part>> windows = Lists.partition(parts, context.settings().copiesInFlight());
        List<ChunkContent> first = readAll(block, header, windows);
        AttachedStore store = context.volumes().of(live);
        preserver.preserve(Change.merge(header, live, store, List.of(tail(header, live))));
        for (int i = 0; i < windows.size(); i++) {
            List<Part> window = windows.get(i);
            List<ChunkContent> contents = i == 0 ? first : read(block, header, window);
            int next = 0;
            for (List<Part> round : Lists.partition(window, CHUNKS_A_ROUND)) {
                preserver.preserve(Change.merge(header, live, store, rangesOf(round)));
                for (Part part : round) {
                    writer.writeChunk(part.chunk().chunk(), contents.get(next++));
                }
            }
        }
        writer.finish(header);
    }

    /**
     * Reads all chunks before the first is written: what is damaged is lost as a whole, and the replica is as it was.
     *
     * @return those of the first window, which are kept in memory; those behind it are read once more
     */
    private List<ChunkContent> readAll(BlockExceptions block, VersionHeader header, List<List<Part>> windows)
            throws IOException {
        List<ChunkContent> first = List.of();
        for (int i = windows.size() - 1; i >= 0; i--) {
            first = read(block, header, windows.get(i));
        }
        return first;
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

    /** Reads the chunks of a window, of each store together. */
    private List<ChunkContent> read(BlockExceptions block, VersionHeader header, List<Part> window) throws IOException {
        ChunkContent[] contents = new ChunkContent[window.size()];
        Map<AttachedStore, List<Integer>> byStore = IntStream.range(0, contents.length)
                .boxed()
                .collect(Collectors.groupingBy(
                        i -> window.get(i).chunk().holder().store(), LinkedHashMap::new, Collectors.toList()));
        for (Map.Entry<AttachedStore, List<Integer>> here : byStore.entrySet()) {
            List<Part> parts = here.getValue().stream().map(window::get).toList();
            Iterator<ChunkContent> read =
                    read(block, header, here.getKey(), parts).iterator();
            for (int i : here.getValue()) {
                contents[i] = cut(header, window.get(i).chunk().chunk(), read.next());
            }
        }
        return List.of(contents);
    }

    private List<ChunkContent> read(BlockExceptions block, VersionHeader header, AttachedStore store, List<Part> parts)
            throws IOException {
        if (!store.isPresent()) {
            throw new VersionLostException(
                    header + " needs chunk " + parts.get(0).chunk().chunk() + " of " + store);
        }
        try {
            return store.exceptions()
                    .readAll(parts.stream().map(part -> part.chunk().location()).toList());
        } catch (StoreCorruptException e) {
            loseDamaged(block, store, parts);
            throw new VersionLostException(header + " is lost", e);
        } catch (IOException e) {
            if (MediaErrors.isMediaError(e)) {
                throw new VersionLostException(header + " can't be read from " + store, e);
            }
            throw e;
        }
    }

    /** Each version that is concerned is lost: chunk by chunk, to find out which. */
    private void loseDamaged(BlockExceptions block, AttachedStore store, List<Part> parts) throws IOException {
        for (Part part : parts) {
            try {
                store.exceptions().read(part.chunk().location());
            } catch (StoreCorruptException e) {
                losses.record(block, part.concerned(), String.valueOf(e.getMessage()));
            }
        }
    }

    private ChunkContent cut(VersionHeader header, long chunk, ChunkContent content) throws IOException {
        int length = context.settings().geometry().lengthOf(chunk, header.length());
        return content.data().remaining() == length
                ? content
                : context.origin().cut(header.checksumHeader(), content, length);
    }
}
