/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.Device;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.OverflowPolicy;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreFullException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.device.DmStatus;
import org.volsnap.store.device.HookedDevice;
import org.volsnap.store.device.MemoryDevice;

/** dm's transient store (dm-snap-transient.c). */
class TransientStoreTest {
    private static final int CHUNK_BYTES = 8 * 512;

    private static VersionHeader version() {
        return new VersionHeader(
                1,
                1,
                new BlockKey("origin", 0, 0),
                SnapshotId.ofRegistry(1),
                2045 * 512,
                VersionState.FINALIZED,
                VersionHeader.NEVER,
                new byte[0]);
    }

    private static TransientStore open(Device device) throws StoreException {
        return new TransientStore("cow", device, version(), 8, OverflowPolicy.INVALIDATE);
    }

    private static ChunkContent content(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return ChunkContent.plain(ByteBuffer.wrap(bytes));
    }

    @Test
    void dataBeginsAtChunkZeroAndThereIsNoMetadata() throws IOException {
        MemoryDevice device = new MemoryDevice(1024);
        try (TransientStore store = open(device)) {
            assertThat(store.status()).isEqualTo(new DmStatus(0, 1024, 0));
            ChunkLocation location =
                    store.commitChunk(1, 9, content(CHUNK_BYTES, 7)).join();
            assertThat(location).isEqualTo(new ChunkLocation(0));
            assertThat(store.read(location)).isEqualTo(content(CHUNK_BYTES, 7));
            assertThat(store.status()).isEqualTo(new DmStatus(8, 1024, 0));
            assertThat(store.isMergeable()).isFalse();
        }
        assertThat(device.image()).startsWith(content(CHUNK_BYTES, 7).data().get(0));
    }

    @Test
    void nothingSurvives() throws IOException {
        MemoryDevice device = new MemoryDevice(1024);
        try (TransientStore store = open(device)) {
            store.commitChunk(1, 9, content(CHUNK_BYTES, 7)).join();
            store.commitLoss(version(), "a test");
        }
        List<StoreRecord> records = new ArrayList<>();
        try (TransientStore store = open(device)) {
            store.replay(new ExceptionStore.Replay() {
                @Override
                public void record(StoreRecord record) {
                    records.add(record);
                }

                @Override
                public void chunk(long version, long chunk, ChunkLocation location, int dataLengthBytes) {
                    throw new AssertionError("a chunk survived");
                }

                @Override
                public void damaged(String fileAndOffset, String reason) {
                    throw new AssertionError(reason);
                }
            });
            assertThat(store.status()).isEqualTo(new DmStatus(0, 1024, 0));
        }
        assertThat(records).hasSize(2).first().isEqualTo(new StoreRecord.VersionPreserved(version()));
    }

    @Test
    void aFullStoreSaysSoWhenSpaceIsTaken() throws IOException {
        try (TransientStore store = open(new MemoryDevice(23))) {
            store.prepareChunk(1, 0);
            store.prepareChunk(1, 1);
            assertThatThrownBy(() -> store.prepareChunk(1, 2)).isInstanceOf(StoreFullException.class);
            assertThat(store.commitChunk(1, 1, content(CHUNK_BYTES, 1)).join()).isEqualTo(new ChunkLocation(1));
            store.abandonChunk(1, 0);
            assertThat(store.status()).isEqualTo(new DmStatus(16, 23, 0));
        }
    }

    @Test
    void theShortLastChunkAndWritesInPlace() throws IOException {
        try (TransientStore store = open(new MemoryDevice(64))) {
            ChunkLocation last = store.commitChunk(1, 255, content(5 * 512, 3)).join();
            assertThat(store.read(last)).isEqualTo(content(5 * 512, 3));
            store.overwrite(last, 0, content(5 * 512, 4).data());
            store.flush();
            assertThat(store.read(last)).isEqualTo(content(5 * 512, 4));
            assertThatThrownBy(() -> store.overwrite(last, 5 * 512, ByteBuffer.allocate(1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aFailedWriteNamesItsPlace() throws IOException {
        HookedDevice device = new HookedDevice(64);
        try (TransientStore store = open(device)) {
            device.fail(8, 8);
            store.commitChunk(1, 0, content(CHUNK_BYTES, 1)).join();
            assertThatThrownBy(() ->
                            store.commitChunk(1, 1, content(CHUNK_BYTES, 1)).join())
                    .hasCauseInstanceOf(StoreException.class)
                    .hasMessageContaining("at byte 4096 of the device failed");
        }
    }

    @Test
    void aChunkSizeThatIsNotPossibleIsRefused() {
        assertThatThrownBy(() ->
                        new TransientStore("cow", new MemoryDevice(64), version(), 12, OverflowPolicy.KEEP_READABLE))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("must be a power of two");
    }
}
