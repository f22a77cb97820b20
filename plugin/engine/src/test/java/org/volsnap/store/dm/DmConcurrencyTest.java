/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.device.HookedDevice;
import org.volsnap.store.device.MemoryDevice;

/** Many threads on one store. */
@Timeout(60)
class DmConcurrencyTest {
    private static final long ORIGIN = 1 << 16;
    private static final int WRITERS = 6;
    private static final int CHUNKS_EACH = 150;

    /** Delays each write by up to 200 microseconds. */
    private static HookedDevice delaying(long sectors) {
        HookedDevice device = new HookedDevice(sectors);
        CountDownLatch never = new CountDownLatch(1);
        device.hook(access -> assertThat(Uninterruptibles.awaitUninterruptibly(
                        never, Duration.ofNanos(ThreadLocalRandom.current().nextInt(200_000))))
                .isFalse());
        return device;
    }

    @RepeatedTest(5)
    void theOrderOnTheDeviceIsThatOfAllocation() throws Exception {
        MemoryDevice device = delaying(4096);
        Set<Stores.Pair> committed = ConcurrentHashMap.newKeySet();
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try (DmStore store = Stores.open(device, ORIGIN, 1)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                long first = (long) writer * CHUNKS_EACH;
                writers.add(threads.submit(() -> {
                    write(store, first, committed);
                    return null;
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        } finally {
            threads.shutdown();
        }

        List<Stores.Pair> onDevice = Stores.replay(device, ORIGIN).pairs;
        assertThat(onDevice).hasSize(committed.size()).containsAll(committed);
        assertThat(onDevice.stream().map(Stores.Pair::newChunk)).isSorted();
        assertThat(committed).hasSize(WRITERS * CHUNKS_EACH * 9 / 10);
    }

    /** In batches of 5; the second of each second batch is abandoned. */
    private static void write(DmStore store, long first, Set<Stores.Pair> committed) throws IOException {
        for (long batch = first; batch < first + CHUNKS_EACH; batch += 5) {
            long abandoned = batch % 2 == 0 ? batch + 1 : -1;
            List<CompletableFuture<ChunkLocation>> started = new ArrayList<>();
            for (long chunk = batch; chunk < batch + 5; chunk++) {
                store.prepareChunk(Stores.VERSION, chunk);
            }
            for (long chunk = batch + 4; chunk >= batch; chunk--) {
                long old = chunk;
                if (chunk == abandoned) {
                    store.abandonChunk(Stores.VERSION, chunk);
                } else {
                    started.add(store.commitChunk(Stores.VERSION, chunk, Stores.content(512, chunk))
                            .thenApply(location -> {
                                committed.add(new Stores.Pair(old, location.value()));
                                return location;
                            }));
                }
            }
            started.forEach(CompletableFuture::join);
        }
    }

    @Test
    void aSlowWriteLetsTheNextOnesBeginAndBeCommittedAfterIt() throws Exception {
        HookedDevice device = new HookedDevice(512);
        CountDownLatch release = new CountDownLatch(1);
        Set<Long> written = ConcurrentHashMap.newKeySet();
        try (DmStore store = Stores.open(device, ORIGIN, 8)) {
            device.hook(access -> {
                if (access.writes(16)) {
                    Uninterruptibles.awaitUninterruptibly(release);
                }
                written.add(access.sector());
            });
            CompletableFuture<ChunkLocation> slow = store.commitChunk(Stores.VERSION, 0, Stores.content(8 * 512, 0));
            CompletableFuture<ChunkLocation> quick = store.commitChunk(Stores.VERSION, 1, Stores.content(8 * 512, 1));

            await().untilAsserted(() -> assertThat(written).contains(24L));
            assertThat(quick).isNotDone();
            release.countDown();

            assertThat(quick.join()).isEqualTo(new ChunkLocation(3));
            assertThat(slow.join()).isEqualTo(new ChunkLocation(2));
        }
    }

    @Test
    void spaceIsTakenWhileMetadataIsWritten() throws Exception {
        HookedDevice device = new HookedDevice(512);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch reached = new CountDownLatch(1);
        try (DmStore store = Stores.open(device, ORIGIN, 8)) {
            device.hook(access -> {
                if (access.writes(8)) {
                    reached.countDown();
                    Uninterruptibles.awaitUninterruptibly(release);
                }
            });
            CompletableFuture<ChunkLocation> first = store.commitChunk(Stores.VERSION, 0, Stores.content(8 * 512, 0));
            reached.await();

            store.prepareChunk(Stores.VERSION, 1);
            CompletableFuture<ChunkLocation> second = store.commitChunk(Stores.VERSION, 1, Stores.content(8 * 512, 1));
            assertThat(store.status().sectorsAllocated()).isEqualTo(32);
            assertThat(first).isNotDone();
            release.countDown();

            assertThat(first.join()).isEqualTo(new ChunkLocation(2));
            assertThat(second.join()).isEqualTo(new ChunkLocation(3));
        }
    }

    @Test
    void closeWaitsForWhatIsOnItsWay() throws Exception {
        HookedDevice device = new HookedDevice(512);
        CountDownLatch release = new CountDownLatch(1);
        DmStore store = Stores.open(device, ORIGIN, 8);
        device.hook(access -> {
            if (access.writes(16)) {
                Uninterruptibles.awaitUninterruptibly(release);
            }
        });
        CompletableFuture<ChunkLocation> slow = store.commitChunk(Stores.VERSION, 0, Stores.content(8 * 512, 0));
        CompletableFuture<Void> closing = CompletableFuture.runAsync(store::close);
        await().until(() ->
                store.commitChunk(Stores.VERSION, 1, Stores.content(8 * 512, 1)).isCompletedExceptionally());
        assertThat(closing).isNotDone();

        release.countDown();

        closing.join();
        assertThat(slow.join()).isEqualTo(new ChunkLocation(2));
        assertThat(Stores.replay(device, ORIGIN).pairs).contains(new Stores.Pair(0, 2));
    }
}
