/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.Device;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.OverflowPolicy;
import org.volsnap.store.StoreRecord;

/** Stores for tests, and what they replay. */
final class Stores {
    static final long VERSION = 1;
    private static final int THREADS = 4;

    private Stores() {}

    static VersionHeader version(long originSectors) {
        return new VersionHeader(
                VERSION,
                1,
                new BlockKey("origin", 0, 0),
                SnapshotId.ofRegistry(1),
                originSectors * 512,
                VersionState.FINALIZED,
                StampFence.OPEN.stamp(),
                new byte[0]);
    }

    static DmOptions options(long originSectors, long chunkSectors) {
        return new DmOptions("cow", version(originSectors), chunkSectors, OverflowPolicy.INVALIDATE, THREADS);
    }

    /** An open store that has been replayed. */
    static DmStore open(Device device, long originSectors, long chunkSectors) throws IOException {
        DmStore store = DmStore.open(device, options(originSectors, chunkSectors));
        store.replay(new Replayed());
        return store;
    }

    static Replayed replay(Device device, long originSectors) throws IOException {
        Replayed replayed = new Replayed();
        try (DmStore store = DmStore.open(device, options(originSectors, 0))) {
            store.replay(replayed);
        }
        return replayed;
    }

    static ChunkContent content(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return ChunkContent.plain(ByteBuffer.wrap(bytes));
    }

    /** Old and new chunk. */
    record Pair(long oldChunk, long newChunk) {}

    static final class Replayed implements ExceptionStore.Replay {
        final List<StoreRecord> records = new ArrayList<>();
        final List<Pair> pairs = new ArrayList<>();
        final List<Integer> lengths = new ArrayList<>();
        final List<String> damages = new ArrayList<>();

        @Override
        public void record(StoreRecord record) {
            records.add(record);
        }

        @Override
        public void chunk(long version, long chunk, ChunkLocation location, int dataLengthBytes) {
            pairs.add(new Pair(chunk, location.value()));
            lengths.add(dataLengthBytes);
        }

        @Override
        public void damaged(String fileAndOffset, String reason) {
            damages.add(fileAndOffset + ": " + reason);
        }

        boolean isLost() {
            return records.stream().anyMatch(StoreRecord.VersionLost.class::isInstance);
        }
    }
}
