/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.MergeRun;
import org.volsnap.store.StoreException;
import org.volsnap.store.device.DmStatus;
import org.volsnap.store.device.HookedDevice;
import org.volsnap.store.device.MemoryDevice;

/** Exceptions taken off the end (persistent_prepare_merge, persistent_commit_merge). */
class DmMergeTest {
    private static final long ORIGIN = 2048;

    private static DmStore storeWith(MemoryDevice device, int chunkSectors, long... chunks) throws IOException {
        DmStore store = Stores.open(device, ORIGIN, chunkSectors);
        for (long chunk : chunks) {
            commit(store, chunk);
        }
        return store;
    }

    private static void commit(DmStore store, long chunk) {
        store.commitChunk(Stores.VERSION, chunk, Stores.content(store.chunkSectors() * 512, chunk))
                .join();
    }

    private static MergeRun run(long firstChunk, long firstLocation, int count) {
        return new MergeRun(firstChunk, new ChunkLocation(firstLocation), count);
    }

    private static List<MergeRun> mergeAll(DmStore store) throws IOException {
        List<MergeRun> runs = new ArrayList<>();
        for (Optional<MergeRun> run = store.lastRun(); run.isPresent(); run = store.lastRun()) {
            runs.add(run.get());
            store.removeMerged(run.get());
        }
        return runs;
    }

    @Test
    void neighboursGoTogetherLastCommittedFirst() throws IOException {
        MemoryDevice device = new MemoryDevice(2048);
        try (DmStore store = storeWith(device, 8, 0, 1, 2, 12, 25, 26)) {
            assertThat(mergeAll(store)).containsExactly(run(25, 6, 2), run(12, 5, 1), run(0, 2, 3));
            assertThat(store.status()).isEqualTo(new DmStatus(16, 2048, 16));
        }
        assertThat(Stores.replay(device, ORIGIN).pairs).isEmpty();
    }

    @Test
    void chunksThatGoUpAreNoNeighbours() throws IOException {
        try (DmStore store = storeWith(new MemoryDevice(2048), 8, 3, 2, 1)) {
            assertThat(mergeAll(store)).containsExactly(run(1, 4, 1), run(2, 3, 1), run(3, 2, 1));
        }
    }

    @Test
    void aRunEndsWhereItsAreaBegins() throws IOException {
        MemoryDevice device = new MemoryDevice(512);
        long[] chunks = new long[40];
        for (int i = 0; i < chunks.length; i++) {
            chunks[i] = i;
        }
        try (DmStore store = storeWith(device, 1, chunks)) {
            assertThat(store.lastRun()).contains(run(32, 35, 8));
            store.removeMerged(run(32, 35, 8));
            assertThat(store.status()).isEqualTo(new DmStatus(35, 512, 3));
            assertThat(store.lastRun()).contains(run(0, 2, 32));
            assertThat(store.status()).isEqualTo(new DmStatus(35, 512, 2));
            store.removeMerged(run(0, 2, 32));
            assertThat(store.lastRun()).isEmpty();
            assertThat(store.status()).isEqualTo(new DmStatus(2, 512, 2));
        }
    }

    @Test
    void theStatusCountsWhatIsLeftAsIfItHadBeenCommittedInOrder() throws IOException {
        try (DmStore store = storeWith(new MemoryDevice(512), 8)) {
            store.prepareChunk(Stores.VERSION, 50);
            store.prepareChunk(Stores.VERSION, 10);
            store.abandonChunk(Stores.VERSION, 50);
            commit(store, 10);
            commit(store, 20);
            assertThat(store.status().sectorsAllocated()).isEqualTo(40);

            store.removeMerged(store.lastRun().orElseThrow());

            assertThat(store.status().sectorsAllocated()).isEqualTo(24);
            commit(store, 30);
            assertThat(store.lastRun()).contains(run(30, 5, 1));
        }
    }

    @Test
    void removalIsTheCommitPointBetweenTwoFlushes() throws IOException {
        HookedDevice device = new HookedDevice(512);
        try (DmStore store = storeWith(device, 8, 0, 1, 2)) {
            MergeRun run = store.lastRun().orElseThrow();
            device.takeLog();
            store.removeMerged(run);
            assertThat(device.takeLog())
                    .containsExactly(
                            new HookedDevice.Access("flush", 0, 0),
                            new HookedDevice.Access("write", 8, 1),
                            new HookedDevice.Access("flush", 0, 0));
        }
    }

    @Test
    void aRemovalThatFailedCanBeTriedAgain() throws IOException {
        HookedDevice device = new HookedDevice(512);
        try (DmStore store = storeWith(device, 8, 0, 1, 2)) {
            MergeRun run = store.lastRun().orElseThrow();
            device.fail(8, 1);
            assertThatThrownBy(() -> store.removeMerged(run)).isInstanceOf(StoreException.class);
            device.hook(access -> {});

            assertThat(store.lastRun()).contains(run);
            store.removeMerged(run);
            assertThat(store.lastRun()).isEmpty();
        }
    }

    @Test
    void onlyTheEndCanBeRemoved() throws IOException {
        try (DmStore store = storeWith(new MemoryDevice(512), 8, 0, 5, 9)) {
            assertThatThrownBy(() -> store.removeMerged(run(5, 3, 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not what was committed last");
            assertThat(store.lastRun()).contains(run(9, 4, 1));
        }
    }

    @Test
    void nothingIsMergedWhileExceptionsAreInFlight() throws IOException {
        try (DmStore store = storeWith(new MemoryDevice(512), 8, 0)) {
            store.prepareChunk(Stores.VERSION, 1);
            assertThatThrownBy(store::lastRun).hasMessageContaining("in flight");
            commit(store, 1);
            assertThat(store.lastRun()).contains(run(0, 2, 2));
        }
    }
}
