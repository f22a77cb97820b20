/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.volsnap.model.Base;
import org.volsnap.model.ChunkContent;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreFullException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.device.DmStatus;
import org.volsnap.store.device.HookedDevice;
import org.volsnap.store.device.MemoryDevice;

/** The rules of dm-snap-persistent.c, one by one. */
class DmStoreTest {
    private static final long ORIGIN = 1024;

    private static CompletableFuture<ChunkLocation> commit(DmStore store, long chunk) {
        return store.commitChunk(Stores.VERSION, chunk, Stores.content(store.chunkSectors() * 512, chunk));
    }

    private static void commitAll(DmStore store, long from, long to) {
        LongStream.range(from, to).forEach(chunk -> commit(store, chunk).join());
    }

    @Test
    void replayShowsTheVersionFirstEvenOfANewStore() throws IOException {
        Stores.Replayed replayed = Stores.replay(new MemoryDevice(64), ORIGIN);

        assertThat(replayed.records)
                .containsExactly(
                        new StoreRecord.VersionPreserved(Stores.version(ORIGIN)),
                        new StoreRecord.BaseChanged(1, new Base(0, ORIGIN * 512, 0, ORIGIN * 512), 1));
        assertThat(replayed.pairs).isEmpty();
    }

    @Test
    void whatIsCommittedIsReadBackAlsoAfterReopening() throws IOException {
        MemoryDevice device = new MemoryDevice(128);
        ChunkLocation location;
        try (DmStore store = Stores.open(device, ORIGIN, 8)) {
            location = commit(store, 5).join();
            assertThat(store.read(location)).isEqualTo(Stores.content(8 * 512, 5));
        }

        try (DmStore store = Stores.open(device, ORIGIN, 8)) {
            assertThat(store.read(location)).isEqualTo(Stores.content(8 * 512, 5));
        }
        assertThat(location).isEqualTo(new ChunkLocation(2));
    }

    @Test
    void theChunksOfAnAreaAreSkippedAndCounted() throws IOException {
        try (DmStore store = Stores.open(new MemoryDevice(512), ORIGIN, 1)) {
            assertThat(store.status()).isEqualTo(new DmStatus(2, 512, 2));
            commitAll(store, 0, 31);
            assertThat(store.status()).isEqualTo(new DmStatus(33, 512, 2));
            commitAll(store, 31, 32);
            assertThat(store.status()).isEqualTo(new DmStatus(35, 512, 3));
            assertThat(commit(store, 32).join()).isEqualTo(new ChunkLocation(35));
            commitAll(store, 33, 93);
            assertThat(store.status()).isEqualTo(new DmStatus(97, 512, 4));
        }
    }

    @Test
    void aFullAreaNeedsRoomForTheNextOne() throws IOException {
        MemoryDevice device = new MemoryDevice(34);
        try (DmStore store = Stores.open(device, ORIGIN, 1)) {
            commitAll(store, 0, 31);

            assertThatThrownBy(() -> commit(store, 31).join())
                    .hasCauseInstanceOf(StoreException.class)
                    .hasMessageContaining("past the end of the device");
            assertThatThrownBy(() -> store.prepareChunk(Stores.VERSION, 40)).isInstanceOf(StoreException.class);
        }
        assertThat(Stores.replay(device, ORIGIN).pairs).hasSize(31);
    }

    @Test
    void anExactlyFullAreaIsReadWithTheEmptyOneBehindIt() throws IOException {
        MemoryDevice device = new MemoryDevice(35);
        try (DmStore store = Stores.open(device, ORIGIN, 1)) {
            commitAll(store, 0, 32);
            assertThat(store.status()).isEqualTo(new DmStatus(35, 35, 3));
        }

        try (DmStore store = Stores.open(device, ORIGIN, 0)) {
            assertThat(store.status()).isEqualTo(new DmStatus(35, 35, 3));
            assertThatThrownBy(() -> store.prepareChunk(Stores.VERSION, 40)).isInstanceOf(StoreFullException.class);
        }
        assertThat(Stores.replay(device, ORIGIN).pairs).hasSize(32);
    }

    @Test
    void aStoreIsFullWhenNoWholeChunkIsLeft() throws IOException {
        try (DmStore store = Stores.open(new MemoryDevice(47), ORIGIN, 8)) {
            commitAll(store, 0, 3);

            assertThatThrownBy(() -> store.prepareChunk(Stores.VERSION, 3))
                    .isInstanceOf(StoreFullException.class)
                    .hasMessageContaining("cow is full");
            assertThat(store.status()).isEqualTo(new DmStatus(40, 47, 16));
            assertThat(store.read(new ChunkLocation(2))).isEqualTo(Stores.content(8 * 512, 0));
        }
    }

    @Test
    void aFullStoreStillKnowsWhatWasPreparedBefore() throws IOException {
        try (DmStore store = Stores.open(new MemoryDevice(24), ORIGIN, 8)) {
            store.prepareChunk(Stores.VERSION, 7);
            assertThatThrownBy(() -> store.prepareChunk(Stores.VERSION, 8)).isInstanceOf(StoreFullException.class);

            assertThat(commit(store, 7).join()).isEqualTo(new ChunkLocation(2));
        }
    }

    @Test
    void exceptionsAreCommittedInTheOrderInWhichSpaceWasTaken() throws IOException {
        MemoryDevice device = new MemoryDevice(256);
        try (DmStore store = Stores.open(device, ORIGIN, 8)) {
            for (long chunk : new long[] {9, 4, 7}) {
                store.prepareChunk(Stores.VERSION, chunk);
            }
            CompletableFuture<ChunkLocation> youngest = commit(store, 7);
            CompletableFuture<ChunkLocation> oldest = commit(store, 9);
            assertThat(youngest).isNotDone();
            assertThat(oldest).isNotDone();
            assertThat(commit(store, 4).join()).isEqualTo(new ChunkLocation(3));
            assertThat(youngest.join()).isEqualTo(new ChunkLocation(4));
            assertThat(oldest.join()).isEqualTo(new ChunkLocation(2));
        }
        assertThat(Stores.replay(device, ORIGIN).pairs)
                .containsExactly(new Stores.Pair(9, 2), new Stores.Pair(4, 3), new Stores.Pair(7, 4));
    }

    @Test
    void anAbandonedChunkHoldsUpNobodyAndLeavesAHole() throws IOException {
        MemoryDevice device = new MemoryDevice(256);
        try (DmStore store = Stores.open(device, ORIGIN, 8)) {
            store.prepareChunk(Stores.VERSION, 1);
            store.prepareChunk(Stores.VERSION, 2);
            CompletableFuture<ChunkLocation> younger = commit(store, 2);
            assertThat(younger).isNotDone();

            store.abandonChunk(Stores.VERSION, 1);

            assertThat(younger.join()).isEqualTo(new ChunkLocation(3));
        }
        assertThat(Stores.replay(device, ORIGIN).pairs).containsExactly(new Stores.Pair(2, 3));
        try (DmStore store = Stores.open(device, ORIGIN, 8)) {
            assertThat(commit(store, 1).join()).isEqualTo(new ChunkLocation(4));
        }
    }

    @Test
    void anAbandonedChunkAtTheEndLetsTheGroupBeCommitted() throws IOException {
        try (DmStore store = Stores.open(new MemoryDevice(256), ORIGIN, 8)) {
            store.prepareChunk(Stores.VERSION, 1);
            store.prepareChunk(Stores.VERSION, 2);
            CompletableFuture<ChunkLocation> older = commit(store, 1);

            store.abandonChunk(Stores.VERSION, 2);

            assertThat(older.join()).isEqualTo(new ChunkLocation(2));
        }
    }

    @Test
    void aGroupCostsOneWriteOfMetadataBetweenTwoFlushes() throws IOException {
        HookedDevice device = new HookedDevice(512);
        try (DmStore store = Stores.open(device, ORIGIN, 8)) {
            LongStream.range(0, 20).forEach(chunk -> prepare(store, chunk));
            device.takeLog();
            List<CompletableFuture<ChunkLocation>> all = LongStream.range(0, 20)
                    .mapToObj(chunk -> commit(store, chunk))
                    .toList();
            all.forEach(CompletableFuture::join);
        }
        List<HookedDevice.Access> log = device.takeLog();
        assertThat(log.subList(0, 20)).allMatch(access -> access.kind().equals("write") && access.sectors() == 8);
        assertThat(log.subList(20, log.size()))
                .containsExactly(
                        new HookedDevice.Access("flush", 0, 0),
                        new HookedDevice.Access("write", 8, 1),
                        new HookedDevice.Access("flush", 0, 0));
    }

    private static void prepare(DmStore store, long chunk) {
        try {
            store.prepareChunk(Stores.VERSION, chunk);
        } catch (StoreException e) {
            throw new CompletionException(e);
        }
    }

    @Test
    void aFullAreaIsCommittedWhileOthersAreInFlight() throws IOException {
        try (DmStore store = Stores.open(new MemoryDevice(256), ORIGIN, 1)) {
            LongStream.range(0, 40).forEach(chunk -> prepare(store, chunk));
            List<CompletableFuture<ChunkLocation>> first = LongStream.range(0, 34)
                    .mapToObj(chunk -> commit(store, chunk))
                    .toList();

            first.subList(0, 32).forEach(CompletableFuture::join);
            assertThat(first.get(32)).isNotDone();
            assertThat(store.status()).isEqualTo(new DmStatus(43, 256, 3));
            List<CompletableFuture<ChunkLocation>> last = LongStream.range(34, 40)
                    .mapToObj(chunk -> commit(store, chunk))
                    .toList();
            last.forEach(CompletableFuture::join);
            assertThat(first.get(33).join()).isEqualTo(new ChunkLocation(36));
        }
    }

    @Test
    void theShortLastChunkIsWrittenAndReadAsFarAsItExists() throws IOException {
        HookedDevice device = new HookedDevice(256);
        long origin = 2053;
        try (DmStore store = Stores.open(device, origin, 16)) {
            device.takeLog();
            ChunkLocation location = store.commitChunk(Stores.VERSION, 128, Stores.content(5 * 512, 3))
                    .join();
            assertThat(device.takeLog()).contains(new HookedDevice.Access("write", 32, 5));
            assertThat(store.read(location)).isEqualTo(Stores.content(5 * 512, 3));
            assertThat(store.status()).isEqualTo(new DmStatus(48, 256, 32));
        }
        Stores.Replayed replayed = Stores.replay(device, origin);
        assertThat(replayed.lengths).containsExactly(5 * 512);
    }

    @Test
    void aChunkIsOverwrittenInPlace() throws IOException {
        try (DmStore store = Stores.open(new MemoryDevice(256), ORIGIN, 8)) {
            ChunkLocation location = commit(store, 3).join();

            store.overwrite(location, 512, ByteBuffer.wrap(new byte[1024]));
            store.flush();

            byte[] expected = new byte[8 * 512];
            Stores.content(8 * 512, 3).data().get(expected);
            Arrays.fill(expected, 512, 1536, (byte) 0);
            assertThat(store.read(location)).isEqualTo(ChunkContent.plain(ByteBuffer.wrap(expected)));
            assertThatThrownBy(() -> store.overwrite(location, 4000, ByteBuffer.allocate(512)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aLossIsForEver() throws IOException {
        MemoryDevice device = new MemoryDevice(256);
        try (DmStore store = Stores.open(device, ORIGIN, 8)) {
            commit(store, 3).join();
            store.commitLoss(Stores.version(ORIGIN), "no room");
            assertThatThrownBy(() -> store.prepareChunk(Stores.VERSION, 4))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("no room");
        }
        assertThat(ByteBuffer.wrap(device.image(), 4, 4).getInt()).isZero();
        assertThat(Stores.replay(device, ORIGIN).isLost()).isTrue();
    }

    @Test
    void aLossIsDurableWhenTheCallReturns() throws IOException {
        HookedDevice device = new HookedDevice(256);
        try (DmStore store = Stores.open(device, ORIGIN, 1)) {
            device.takeLog();
            store.commitLoss(Stores.version(ORIGIN), "no room");
            assertThat(device.takeLog())
                    .containsExactly(new HookedDevice.Access("write", 0, 1), new HookedDevice.Access("flush", 0, 0));
        }
    }

    @Test
    void aFailedWriteOfDataNamesItsPlaceAndEndsTheStore() throws IOException {
        HookedDevice device = new HookedDevice(256);
        try (DmStore store = Stores.open(device, ORIGIN, 8)) {
            commit(store, 0).join();
            device.fail(24, 1);

            assertThatThrownBy(() -> commit(store, 1).join())
                    .hasCauseInstanceOf(StoreException.class)
                    .hasMessageContaining("cow: the write of 4096 bytes at byte 12288 of the device failed");
            device.hook(access -> {});
            assertThatThrownBy(() -> store.prepareChunk(Stores.VERSION, 2)).isInstanceOf(StoreException.class);
            store.commitLoss(Stores.version(ORIGIN), "a failed copy");
        }
        assertThat(Stores.replay(device, ORIGIN).isLost()).isTrue();
    }

    @Test
    void aFailedWriteOfMetadataFailsItsGroup() throws IOException {
        HookedDevice device = new HookedDevice(256);
        try (DmStore store = Stores.open(device, ORIGIN, 8)) {
            store.prepareChunk(Stores.VERSION, 1);
            store.prepareChunk(Stores.VERSION, 2);
            CompletableFuture<ChunkLocation> one = commit(store, 1);
            device.fail(8, 8);
            CompletableFuture<ChunkLocation> two = commit(store, 2);

            for (CompletableFuture<ChunkLocation> each : List.of(one, two)) {
                assertThatThrownBy(each::join)
                        .hasCauseInstanceOf(StoreException.class)
                        .hasMessageContaining("at byte 4096 of the device failed");
            }
        }
        device.hook(access -> {});
        assertThat(Stores.replay(device, ORIGIN).pairs).isEmpty();
    }

    @Test
    void whatIsPreparedWhenTheStoreClosesIsGivenUp() throws IOException {
        MemoryDevice device = new MemoryDevice(256);
        CompletableFuture<ChunkLocation> committed;
        try (DmStore store = Stores.open(device, ORIGIN, 8)) {
            store.prepareChunk(Stores.VERSION, 1);
            committed = commit(store, 2);
        }
        assertThat(committed.join()).isEqualTo(new ChunkLocation(3));
        assertThat(Stores.replay(device, ORIGIN).pairs).containsExactly(new Stores.Pair(2, 3));
    }

    @Test
    void onlyItsOwnVersionIsTaken() throws IOException {
        try (DmStore store = Stores.open(new MemoryDevice(256), ORIGIN, 8)) {
            assertThatThrownBy(() -> store.prepareChunk(2, 1)).hasMessageContaining("holds version 1 only");
            assertThat(store.commit(new StoreRecord.VersionPreserved(Stores.version(ORIGIN))))
                    .isCompleted();
            assertThat(store.commit(new StoreRecord.VersionFreed(1))).isCompleted();
        }
    }
}
