/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.volsnap.engine.EngineBench.BLOCK;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;

/** States B, C and D, held at fault points: a truncate of chunks 2 and 3 of four, and reads of chunk 2. */
@Timeout(60)
class ChunkStatesInTheEngineTest {
    private static final byte[] DATA = EngineBench.bytes(4 * 512, 1);
    private static final int NEW_LENGTH = 2 * 512;

    @TempDir
    Path directory;

    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicReference<Thread> waiting = new AtomicReference<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private @Nullable FaultyStore store;
    private @Nullable EngineBench bench;
    private @Nullable SnapshotId snapshot;
    private @Nullable BlockKey key;

    @BeforeEach
    void makeASnapshot() throws IOException {
        bench = new EngineBench(
                directory,
                1,
                exceptions -> {
                    store = new FaultyStore(exceptions);
                    return store;
                },
                replicas -> replicas);
        key = bench.create(BLOCK, DATA).key();
        snapshot = bench.snapshot(1);
    }

    @AfterEach
    void close() throws IOException {
        threads.shutdownNow();
        bench().close();
    }

    private EngineBench bench() {
        return requireNonNull(bench);
    }

    private FaultyStore store() {
        return requireNonNull(store);
    }

    private CompletableFuture<Void> truncateInThread() {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        bench().truncate(BLOCK, NEW_LENGTH);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                threads);
    }

    private CompletableFuture<byte[]> readInThread(long chunk) {
        return CompletableFuture.supplyAsync(() -> read(chunk), threads);
    }

    private byte[] read(long chunk) {
        try {
            VersionView view = bench().engine()
                    .view(requireNonNull(snapshot), requireNonNull(key))
                    .orElseThrow();
            return TestOrigin.bytes(view.read(chunk).data());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] chunkOfData(int chunk) {
        return Arrays.copyOfRange(DATA, chunk * 512, (chunk + 1) * 512);
    }

    @Test
    void aChangeWaitsForTheCopyWhileReadsOfTheOriginPass() {
        CompletableFuture<Void> hold = new CompletableFuture<>();
        store().chunksHeldUntil = hold;
        CompletableFuture<Void> truncate = truncateInThread();
        await().until(() -> store().chunks.size() == 2);

        assertThat(truncate).isNotDone();
        assertThat(bench().engine().status().pending()).isEqualTo(2);
        assertThat(bench().engine().status().completed()).isZero();
        assertThat(read(2)).isEqualTo(chunkOfData(2));

        hold.complete(null);
        truncate.join();
        assertThat(bench().engine().status().pending()).isZero();
        assertThat(bench().engine().status().completed()).isEqualTo(2);
        assertThat(read(2)).isEqualTo(chunkOfData(2));
    }

    @Test
    void aChangeWaitsForItsHeaderWhichCountsAsPending() {
        CompletableFuture<Void> hold = new CompletableFuture<>();
        store().recordsHeldUntil = hold;
        CompletableFuture<Void> truncate = truncateInThread();
        await().until(() -> bench().engine().status().pending() == 3);
        assertThat(truncate).isNotDone();
        hold.complete(null);
        truncate.join();
        assertThat(bench().engine().status().pending()).isZero();
    }

    /** State C: durable, but a read that was sent to the origin before is still in flight. */
    @Test
    void aChangeWaitsForConflictingReadsAfterTheCopyAndNewReadsDoNot() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        holdFirstRead(2, reading, goOn);
        CompletableFuture<byte[]> oldRead = readInThread(2);
        reading.await();

        CompletableFuture<Void> truncate = truncateInThread();
        await().until(() -> bench().engine().status().completed() == 2);
        await().until(() -> bench().engine().status().pending() == 1);
        assertThat(truncate).isNotDone();
        int originReads = reads.get();
        assertThat(read(2)).as("a new read, from the store").isEqualTo(chunkOfData(2));
        assertThat(reads).as("reads of the origin").hasValue(originReads);
        assertThat(bench().engine().status().conflictingReads()).isEqualTo(1);
        CompletableFuture<Void> second = announceInThread();
        await().until(this::isSecondChangeWaiting);
        assertThat(second)
                .as("a second change, that finds the chunk pending and completed")
                .isNotDone();
        assertThat(truncate).isNotDone();

        goOn.countDown();
        assertThat(oldRead.join()).isEqualTo(chunkOfData(2));
        truncate.join();
        second.join();
        assertThat(bench().engine().status().pending()).isZero();
        assertThat(bench().engine().awaitQuiet(10_000)).isTrue();
    }

    private boolean isSecondChangeWaiting() {
        Thread thread = waiting.get();
        return thread != null && thread.getState() == Thread.State.WAITING;
    }

    /** A change that does not queue at the gate. */
    private CompletableFuture<Void> announceInThread() {
        return CompletableFuture.runAsync(
                () -> {
                    waiting.set(Thread.currentThread());
                    LiveReplica live = bench().origin.replica(BLOCK);
                    try (OriginChange change =
                            bench().engine().announce(EngineBench.truncation(live, 5000, NEW_LENGTH))) {
                        assertThat(bench().engine().status().conflictingReads())
                                .as("reads in flight when %s passed", change)
                                .isZero();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                threads);
    }

    private void holdFirstRead(long chunk, CountDownLatch reading, CountDownLatch goOn) {
        AtomicBoolean held = new AtomicBoolean();
        bench().origin.onRead((read, at) -> {
            reads.incrementAndGet();
            if (at == chunk && held.compareAndSet(false, true)) {
                reading.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        });
    }

    @Test
    void aStreamOfNewReadsCantStarveAChange() {
        AtomicBoolean stop = new AtomicBoolean();
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            readers.add(CompletableFuture.runAsync(
                    () -> {
                        while (!stop.get()) {
                            assertThat(read(2)).isEqualTo(chunkOfData(2));
                        }
                    },
                    threads));
        }
        truncateInThread().join();
        stop.set(true);
        readers.forEach(CompletableFuture::join);
        assertThat(bench().engine().status().pending()).isZero();
    }

    @Test
    void aMergeWaitsForACopyUnderWayAndForConflictingReads() throws Exception {
        bench().truncate(BLOCK, NEW_LENGTH);
        SnapshotId newer = bench().snapshot(2);
        bench().append(BLOCK, EngineBench.bytes(512, 3));
        BlockKey truncated = bench().engine().versions(newer).stream()
                .map(VersionHeader::key)
                .findFirst()
                .orElseThrow();
        assertThat(truncated).isNotNull();
        SnapshotId safety = bench().snapshot(3);
        BlockKey live = bench().origin.replica(BLOCK).key();
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        holdFirstRead(2, reading, goOn);
        CompletableFuture<byte[]> oldRead = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return bench().read(safety, live);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                threads);
        reading.await();
        byte[] before = bench().origin.data(BLOCK);
        VersionHeader version = bench().engine().versions(requireNonNull(snapshot)).stream()
                .filter(header -> header.key().equals(key))
                .findFirst()
                .orElseThrow();
        CompletableFuture<Void> merge = CompletableFuture.runAsync(
                () -> {
                    try {
                        bench().engine()
                                .merge(
                                        version,
                                        bench().origin.replica(BLOCK),
                                        bench().origin.writer(BLOCK, -1));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                threads);
        await().until(() -> bench().engine().status().pending() == 1);
        assertThat(merge).isNotDone();
        assertThat(bench().origin.data(BLOCK)).isEqualTo(before);

        goOn.countDown();
        merge.join();
        assertThat(oldRead.join()).isEqualTo(before);
        assertThat(bench().origin.data(BLOCK)).isEqualTo(DATA);
        assertThat(bench().read(safety, live)).isEqualTo(before);
    }

    @Test
    void aNewSnapshotWaitsForChangesThatBeganBefore() throws Exception {
        OriginChange change =
                bench().engine().announce(EngineBench.truncation(bench().origin.replica(BLOCK), 5000, NEW_LENGTH));
        CompletableFuture<Void> added = CompletableFuture.runAsync(
                () -> {
                    try {
                        bench().engine().addSnapshot(EngineBench.id(2));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                threads);
        await().until(() -> bench().engine().chain().size() == 2);
        assertThat(added).isNotDone();
        LiveReplica other = bench().create(8, DATA);
        try (OriginChange newer = bench().engine().begin(EngineBench.truncation(other, 5001, 0))) {
            assertThat(newer).as("a change that begins now is not kept out").isNotNull();
            assertThat(added).isNotDone();
            change.close();
            added.join();
        }
    }
}
