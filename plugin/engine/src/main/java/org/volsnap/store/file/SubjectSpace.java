/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.ChunkRange;

/** Where the frames of one version or lineage lie. Guarded by its {@link SpaceIndex}. */
final class SubjectSpace {
    /** What lies in one segment; bytes and chunks are live ones, as far as known without reading. */
    static final class Share {
        final int segment;
        int frames;
        long chunks;
        long chunkBytes;
        long otherBytes;

        Share(int segment) {
            this.segment = segment;
        }

        long liveBytes() {
            return chunkBytes + otherBytes;
        }
    }

    private record FreedChunks(ChunkRange chunks, long position) {}

    private final List<Share> shares = new ArrayList<>(1);
    private final List<FreedChunks> freedChunks = new ArrayList<>(0);
    private final Map<FrameType, PlacedEntry> latest = new EnumMap<>(FrameType.class);
    private @Nullable PlacedEntry tombstone;
    /** Where the newest frame of each chunk lies; null for versions whose chunks have one frame. */
    private @Nullable Map<Long, Long> newestFrames;

    Share share(int segment) {
        for (int i = shares.size() - 1; i >= 0; i--) {
            if (shares.get(i).segment == segment) {
                return shares.get(i);
            }
        }
        Share share = new Share(segment);
        shares.add(share);
        return share;
    }

    List<Share> shares() {
        return shares;
    }

    void dropEmptyShares() {
        shares.removeIf(share -> share.frames == 0);
    }

    boolean liesOutside(int segment) {
        return shares.stream().anyMatch(share -> share.segment != segment);
    }

    /** The record that says that all others are dead; null while they are not. */
    @Nullable
    PlacedEntry tombstone() {
        return tombstone;
    }

    /** Whether the tombstone speaks of this frame. */
    boolean isBuried(PlacedEntry entry) {
        PlacedEntry stone = tombstone;
        return stone != null && stone.position() > entry.position();
    }

    void forgetTombstone() {
        tombstone = null;
    }

    void bury(PlacedEntry stone) {
        tombstone = stone;
        freedChunks.clear();
        latest.clear();
        newestFrames = null;
    }

    /** @return the one of the same type that it takes the place of */
    @Nullable
    PlacedEntry supersede(PlacedEntry entry) {
        return latest.put(entry.type(), entry);
    }

    boolean has(FrameType type) {
        return latest.containsKey(type);
    }

    boolean isLatest(PlacedEntry entry) {
        PlacedEntry last = latest.get(entry.type());
        return last != null && last.position() == entry.position();
    }

    /** From now on a chunk's next frame takes the place of the one before. */
    void takeRewrites() {
        if (newestFrames == null) {
            newestFrames = new HashMap<>();
        }
    }

    /** @return the position of the frame that this one takes the place of; null when it is the chunk's only one */
    @Nullable
    Long written(long chunk, long position) {
        Map<Long, Long> frames = newestFrames;
        return frames == null ? null : frames.put(chunk, position);
    }

    /** Whether this chunk, committed at this position, was committed again later. */
    boolean isWrittenAgain(long chunk, long position) {
        Map<Long, Long> frames = newestFrames;
        Long newest = frames == null ? null : frames.get(chunk);
        return newest != null && newest > position;
    }

    void freeChunks(ChunkRange chunks, long position) {
        freedChunks.add(new FreedChunks(chunks, position));
    }

    /** Whether this chunk, committed at this position, was freed later. */
    boolean isFreed(long chunk, long position) {
        return freedChunks.stream()
                .anyMatch(freed -> freed.position() > position && freed.chunks().contains(chunk));
    }
}
