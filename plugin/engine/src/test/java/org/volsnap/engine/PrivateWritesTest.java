/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionState;
import org.volsnap.store.OverflowPolicy;
import org.volsnap.store.SnapshotException;
import org.volsnap.store.StoreException;
import org.volsnap.store.VersionLostException;
import org.volsnap.store.file.FileStore;
import org.volsnap.store.file.FileStoreOptions;

/** Writes to snapshots that share one chain: who sees them, and what becomes of them. */
class PrivateWritesTest {
    private static final long BLOCK = EngineBench.BLOCK;
    private static final int LENGTH = 5 * 512 + 100;

    @TempDir
    Path directory;

    private final List<FaultyStore> stores = new ArrayList<>();
    private EngineBench bench;
    private byte[] atFirst = new byte[0];
    private BlockKey key;

    @BeforeEach
    void makeBlock() throws IOException {
        bench = new EngineBench(directory, 1, new FileStores(directory, stores, OverflowPolicy.KEEP_READABLE));
        makeOne();
    }

    private void makeOne() {
        atFirst = EngineBench.bytes(LENGTH, 1);
        key = bench.create(BLOCK, atFirst).key();
    }

    @AfterEach
    void close() throws IOException {
        bench.close();
    }

    /** Persistent stores behind fault points. */
    private record FileStores(Path directory, List<FaultyStore> faults, OverflowPolicy overflow)
            implements EngineBench.Stores {
        private static final List<FileStore> OPENED = new ArrayList<>();

        @Override
        public VolumeStore open(int index) throws IOException {
            FileStoreOptions options = FileStoreOptions.of(TestOrigin.POOL, Map.of(), TestOrigin.GEOMETRY)
                    .withSegmentBytes(64 << 10);
            FileStore store = FileStore.open(directory.resolve("store-" + index), options);
            OPENED.add(store);
            FaultyStore faulty = new FaultyStore(store.exceptions());
            faults.add(faulty);
            return new VolumeStore(faulty, store.replicas(), overflow);
        }

        @Override
        public void close() throws IOException {
            for (FileStore store : OPENED) {
                store.close();
            }
            OPENED.clear();
        }
    }

    private FaultyStore faults() {
        return stores.get(stores.size() - 1);
    }

    private void write(SnapshotId id, int offset, byte[] data) throws IOException {
        bench.engine().device(id, key).write(offset, ByteBuffer.wrap(data));
    }

    private EngineStatus.SnapshotStatus statusOf(SnapshotId id) {
        return requireNonNull(bench.engine().status().snapshots().get(id));
    }

    /** What the bytes become with others written over them. */
    private static byte[] over(byte[] before, int offset, byte[] data) {
        byte[] after = before.clone();
        System.arraycopy(data, 0, after, offset, data.length);
        return after;
    }

    private byte[] read(SnapshotId id) throws IOException {
        return bench.read(id, key);
    }

    // ---- who sees it

    @Test
    void onlyTheSnapshotItselfSeesAWrite() throws IOException {
        SnapshotId older = bench.snapshot(1);
        SnapshotId written = bench.snapshot(2);
        SnapshotId newer = bench.snapshot(3);
        byte[] data = EngineBench.bytes(700, 2);
        write(written, 300, data);
        assertThat(read(written)).isEqualTo(over(atFirst, 300, data));
        assertThat(read(older)).isEqualTo(atFirst);
        assertThat(read(newer)).isEqualTo(atFirst);
        assertThat(bench.origin.data(BLOCK)).isEqualTo(atFirst);
        assertThat(bench.engine().versions(written)).isEmpty();
    }

    @Test
    void anOriginChangeAfterAWriteIsPreservedForTheOthersAndForTheRestOfTheSnapshot() throws IOException {
        SnapshotId written = bench.snapshot(1);
        SnapshotId newer = bench.snapshot(2);
        byte[] data = EngineBench.bytes(512, 2);
        write(written, 512, data);
        bench.truncate(BLOCK, 10);
        assertThat(read(written)).isEqualTo(over(atFirst, 512, data));
        assertThat(read(newer)).isEqualTo(atFirst);
        assertThat(bench.engine().versions(written)).hasSize(1);
    }

    @Test
    void aWriteAfterAnOriginChangeIsMergedWithWhatWasPreserved() throws IOException {
        SnapshotId first = bench.snapshot(1);
        bench.append(BLOCK, EngineBench.bytes(400, 3));
        SnapshotId second = bench.snapshot(2);
        bench.truncate(BLOCK, 700);
        byte[] data = EngineBench.bytes(600, 2);
        write(first, LENGTH - 600, data);
        assertThat(read(first)).isEqualTo(over(atFirst, LENGTH - 600, data));
        BlockKey appended = bench.engine().versions(second).iterator().next().key();
        assertThat(bench.read(second, appended)).startsWith(atFirst);
    }

    @Test
    void aDeletedReplicaCanBeWrittenInItsSnapshot() throws IOException {
        SnapshotId id = bench.snapshot(1);
        bench.delete(BLOCK);
        byte[] data = EngineBench.bytes(30, 2);
        write(id, 1000, data);
        assertThat(read(id)).isEqualTo(over(atFirst, 1000, data));
    }

    // ---- how it is written

    @Test
    void aWholeChunkIsWrittenWithoutReadingTheOriginAndAPartIsNot() throws IOException {
        SnapshotId id = bench.snapshot(1);
        AtomicInteger reads = new AtomicInteger();
        bench.origin.onRead((replica, chunk) -> reads.incrementAndGet());
        write(id, 512, EngineBench.bytes(1024, 2));
        write(id, 5 * 512, EngineBench.bytes(100, 3));
        assertThat(reads).hasValue(0);
        write(id, 1500, EngineBench.bytes(40, 4));
        assertThat(reads).hasValue(1);
        write(id, 1600, EngineBench.bytes(40, 5));
        assertThat(reads).hasValue(1);
    }

    @Test
    void aChunkIsWrittenAgainAndTheLastWriteCounts() throws IOException {
        SnapshotId id = bench.snapshot(1);
        byte[] expected = atFirst;
        for (int round = 0; round < 20; round++) {
            byte[] data = EngineBench.bytes(300, round);
            write(id, 100 * round, data);
            expected = over(expected, 100 * round, data);
            assertThat(read(id)).isEqualTo(expected);
        }
        assertThat(statusOf(id).chunks()).isEqualTo(5);
    }

    @Test
    void discardMakesZerosWhereTheSnapshotHasExceptions() throws IOException {
        SnapshotId id = bench.snapshot(1);
        byte[] data = EngineBench.bytes(512, 2);
        write(id, 512, data);
        bench.engine().device(id, key).discard(500, 600);
        byte[] expected = over(over(atFirst, 512, data), 512, new byte[512]);
        assertThat(read(id)).isEqualTo(expected);
    }

    @Test
    void theDeviceReadsAcrossWrittenAndUnwrittenChunks() throws IOException {
        SnapshotId id = bench.snapshot(1);
        SnapshotDevice device = bench.engine().device(id, key);
        assertThat(device.length()).isEqualTo(LENGTH);
        byte[] data = EngineBench.bytes(700, 2);
        device.write(400, ByteBuffer.wrap(data));
        ByteBuffer into = ByteBuffer.allocate(LENGTH - 50);
        device.read(50, into);
        byte[] expected = over(atFirst, 400, data);
        assertThat(into.array()).isEqualTo(Arrays.copyOfRange(expected, 50, LENGTH));
        assertThat(device.condition()).isEqualTo(SnapshotCondition.VALID);
        assertThatThrownBy(() -> device.write(LENGTH - 10, ByteBuffer.allocate(11)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // ---- what becomes of it

    @Test
    void aRestartKeepsTheLastWriteOfEachChunk() throws IOException {
        SnapshotId id = bench.snapshot(1);
        SnapshotId newer = bench.snapshot(2);
        byte[] data = EngineBench.bytes(900, 2);
        write(id, 200, EngineBench.bytes(1200, 3));
        write(id, 200, EngineBench.bytes(1200, 4));
        byte[] expected = over(over(atFirst, 200, EngineBench.bytes(1200, 4)), 700, data);
        write(id, 700, data);
        bench.restart();
        assertThat(read(id)).isEqualTo(expected);
        assertThat(read(newer)).isEqualTo(atFirst);
        write(id, 0, EngineBench.bytes(10, 5));
        bench.restart();
        assertThat(read(id)).isEqualTo(over(expected, 0, EngineBench.bytes(10, 5)));
    }

    /** Otherwise the next change of the origin would be preserved into what the snapshot wrote. */
    @Test
    void aRestartDoesNotMakeTheOriginTheBaseOfWhatWasWritten() throws IOException {
        SnapshotId id = bench.snapshot(1);
        byte[] data = EngineBench.bytes(512, 2);
        write(id, 0, data);
        overwriteOrigin(600, EngineBench.bytes(10, 3));
        bench.restart();
        overwriteOrigin(600, EngineBench.bytes(10, 4));
        bench.restart();
        assertThat(read(id)).isEqualTo(over(atFirst, 0, data));
    }

    private void overwriteOrigin(int offset, byte[] data) throws IOException {
        LiveReplica live = bench.origin.replica(EngineBench.BLOCK);
        try (OriginChange change = bench.engine().beginOverwrite(live, offset, data.length)) {
            assertThat(change).isNotNull();
            byte[] changed = over(bench.origin.data(EngineBench.BLOCK), offset, data);
            bench.origin.replace(EngineBench.BLOCK, live.key().stamp(), changed, live.state());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"123", "132", "213", "231", "312", "321"})
    void snapshotsThatWereWrittenAreDroppedInAnyOrder(String order) throws IOException {
        List<SnapshotId> ids = new ArrayList<>();
        List<byte[]> expected = new ArrayList<>();
        for (int number = 1; number <= 3; number++) {
            SnapshotId id = bench.snapshot(number);
            byte[] data = EngineBench.bytes(600, number);
            write(id, 300 * number, data);
            ids.add(id);
            expected.add(over(atFirst, 300 * number, data));
        }
        bench.truncate(BLOCK, 5);
        for (char digit : order.toCharArray()) {
            int gone = digit - '1';
            SnapshotId id = ids.get(gone);
            assertThat(read(id)).isEqualTo(expected.get(gone));
            bench.engine().dropSnapshot(id);
            for (int other = 0; other < 3; other++) {
                if (bench.engine().chain().stream().map(ChainLink::id).anyMatch(ids.get(other)::equals)) {
                    assertThat(read(ids.get(other))).isEqualTo(expected.get(other));
                }
            }
        }
        assertThat(bench.engine().owners()).isEmpty();
        assertThat(bench.engine().status().completed()).isZero();
        bench.restart();
        assertThat(bench.engine().owners()).isEmpty();
    }

    @Test
    void adoptMovesWhatTheProvisionalSnapshotWrote() throws IOException {
        SnapshotId provisional = bench.snapshot(5);
        byte[] data = EngineBench.bytes(512, 2);
        write(provisional, 0, data);
        SnapshotId real = EngineBench.id(9);
        bench.engine().adopt(provisional, real);
        assertThat(read(real)).isEqualTo(over(atFirst, 0, data));
        bench.restart();
        assertThat(read(real)).isEqualTo(over(atFirst, 0, data));
    }

    @Test
    void aSnapshotThatIsDroppedTakesNoMoreWrites() throws IOException {
        SnapshotId id = bench.snapshot(1);
        SnapshotDevice device = bench.engine().device(id, key);
        bench.engine().dropSnapshot(id);
        assertThatThrownBy(() -> device.write(0, ByteBuffer.allocate(10))).isInstanceOf(SnapshotException.class);
        assertThat(bench.engine().owners()).isEmpty();
    }

    @Test
    void aMergeMakesTheOriginWhatTheSnapshotReads() throws IOException {
        SnapshotId id = bench.snapshot(1);
        byte[] mine = over(atFirst, 300, EngineBench.bytes(700, 2));
        write(id, 300, EngineBench.bytes(700, 2));
        bench.append(BLOCK, EngineBench.bytes(900, 3));
        SnapshotId newer = bench.snapshot(2);
        byte[] appended = bench.origin.data(BLOCK);
        LiveReplica live = bench.origin.replica(BLOCK);
        OriginWriter crashing = bench.origin.writer(BLOCK, 1);
        assertThatThrownBy(() -> bench.engine().merge(id, key, live, crashing)).isInstanceOf(IOException.class);
        assertThat(read(id)).isEqualTo(mine);
        bench.engine().merge(id, key, bench.origin.replica(BLOCK), bench.origin.writer(BLOCK, -1));
        assertThat(bench.origin.data(BLOCK)).isEqualTo(mine);
        assertThat(read(id)).isEqualTo(mine);
        assertThat(bench.read(newer, live.key())).isEqualTo(appended);
    }

    @Test
    void aMergeOfASnapshotWithNothingButWritesOfItsOwn() throws IOException {
        SnapshotId id = bench.snapshot(1);
        SnapshotId newer = bench.snapshot(2);
        byte[] data = EngineBench.bytes(512, 2);
        write(id, 512, data);
        bench.engine().merge(id, key, bench.origin.replica(BLOCK), bench.origin.writer(BLOCK, -1));
        assertThat(bench.origin.data(BLOCK)).isEqualTo(over(atFirst, 512, data));
        assertThat(bench.origin.replica(BLOCK).state()).isEqualTo(VersionState.FINALIZED);
        assertThat(read(id)).isEqualTo(over(atFirst, 512, data));
        assertThat(read(newer)).isEqualTo(atFirst);
    }

    // ---- trouble

    @Test
    void aWriteThatFindsNoRoomFailsAndTheSnapshotStaysReadable() throws IOException {
        SnapshotId id = bench.snapshot(1);
        byte[] data = EngineBench.bytes(512, 2);
        write(id, 0, data);
        faults().failChunks = true;
        assertThatThrownBy(() -> write(id, 0, EngineBench.bytes(700, 3))).isInstanceOf(StoreException.class);
        assertThat(read(id)).isEqualTo(over(atFirst, 0, data));
        assertThat(bench.engine().device(id, key).condition()).isEqualTo(SnapshotCondition.VALID);
        faults().failChunks = false;
        write(id, 0, EngineBench.bytes(700, 3));
        assertThat(read(id)).isEqualTo(over(atFirst, 0, EngineBench.bytes(700, 3)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withInvalidateAWriteThatFindsNoRoomLosesTheVersionForItsSnapshotAlone(boolean begun) throws IOException {
        bench.close();
        Path other = directory.resolve("invalidate");
        bench = new EngineBench(other, 1, new FileStores(other, stores, OverflowPolicy.INVALIDATE));
        makeOne();
        SnapshotId older = bench.snapshot(1);
        SnapshotId id = bench.snapshot(2);
        if (begun) {
            write(id, 0, EngineBench.bytes(10, 2));
        }
        faults().failChunks = true;
        faults().failRecords = true;
        assertThatThrownBy(() -> write(id, 600, EngineBench.bytes(700, 3))).isInstanceOf(StoreException.class);
        for (int look = 0; look < 2; look++) {
            assertThatThrownBy(() -> read(id)).isInstanceOf(VersionLostException.class);
            assertThatThrownBy(() -> write(id, 0, new byte[1])).isInstanceOf(VersionLostException.class);
            assertThat(bench.engine().device(id, key).condition()).isEqualTo(SnapshotCondition.INVALID);
            assertThat(statusOf(id).lostVersions()).isEqualTo(1);
            assertThat(statusOf(older).lostVersions()).isZero();
            assertThat(read(older)).isEqualTo(atFirst);
            bench.restart();
        }
    }

    @Test
    void aRottenChunkLosesTheVersionForItsSnapshotAlone() throws IOException {
        SnapshotId older = bench.snapshot(1);
        SnapshotId id = bench.snapshot(2);
        write(id, 512, EngineBench.bytes(512, 2));
        faults().rottenChunk = 1;
        assertThatThrownBy(() -> read(id)).isInstanceOf(VersionLostException.class);
        faults().rottenChunk = -1;
        assertThatThrownBy(() -> read(id)).isInstanceOf(VersionLostException.class);
        assertThat(read(older)).isEqualTo(atFirst);
    }

    // ---- threads

    @Test
    void aWriteWaitsForTheOneBeforeItOfTheSameChunkAndForNoOther() throws Exception {
        SnapshotId id = bench.snapshot(1);
        write(id, 0, EngineBench.bytes(10, 1));
        FaultyStore faults = faults();
        CompletableFuture<Void> held = new CompletableFuture<>();
        faults.chunksHeldUntil = held;
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> first = threads.submit(() -> writeUnchecked(id, 512, EngineBench.bytes(300, 2)));
            Awaitility.await().until(() -> faults.chunks.size() == 2);
            faults.chunksHeldUntil = CompletableFuture.completedFuture(null);
            Future<?> second = threads.submit(() -> writeUnchecked(id, 600, EngineBench.bytes(300, 3)));
            write(id, 2000, EngineBench.bytes(10, 4));
            assertThat(first).isNotDone();
            assertThat(second).isNotDone();
            bench.truncate(BLOCK, 5);
            held.complete(null);
            first.get();
            second.get();
        } finally {
            threads.shutdownNow();
        }
        byte[] expected = over(atFirst, 0, EngineBench.bytes(10, 1));
        expected = over(expected, 512, EngineBench.bytes(300, 2));
        expected = over(expected, 600, EngineBench.bytes(300, 3));
        assertThat(read(id)).isEqualTo(over(expected, 2000, EngineBench.bytes(10, 4)));
    }

    private void writeUnchecked(SnapshotId id, int offset, byte[] data) {
        try {
            write(id, offset, data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aDropWaitsForAWriteUnderWay() throws Exception {
        SnapshotId id = bench.snapshot(1);
        CompletableFuture<Void> held = new CompletableFuture<>();
        FaultyStore faults = faults();
        faults.chunksHeldUntil = held;
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> writing = threads.submit(() -> writeUnchecked(id, 0, EngineBench.bytes(300, 2)));
            Awaitility.await().until(() -> !faults.chunks.isEmpty());
            Future<?> dropping = threads.submit(() -> {
                bench.engine().dropSnapshot(id);
                return true;
            });
            Awaitility.await().until(() -> bench.engine().chain().isEmpty());
            assertThat(dropping).isNotDone();
            held.complete(null);
            dropping.get();
            writing.get();
        } finally {
            threads.shutdownNow();
        }
        assertThat(bench.engine().owners()).isEmpty();
    }

    @Test
    void writersReadersAndCompactionsOfOneSnapshotDoNotDisturbEachOther() throws Exception {
        SnapshotId id = bench.snapshot(1);
        SnapshotId other = bench.snapshot(2);
        int writers = 4;
        int rounds = 150;
        ExecutorService threads = Executors.newFixedThreadPool(writers + 2);
        CountDownLatch ended = new CountDownLatch(writers);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                int offset = 100 + 300 * writer;
                all.add(threads.submit(() -> {
                    for (int round = 0; round < rounds; round++) {
                        writeUnchecked(id, offset, EngineBench.bytes(300, offset + round));
                    }
                    ended.countDown();
                }));
            }
            for (int reader = 0; reader < 2; reader++) {
                boolean compacts = reader == 0;
                all.add(threads.submit(() -> {
                    while (ended.getCount() > 0) {
                        assertThat(read(id)).endsWith(Arrays.copyOfRange(atFirst, 1300, LENGTH));
                        if (compacts) {
                            faults().compact();
                        }
                    }
                    return true;
                }));
            }
            for (Future<?> one : all) {
                one.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        byte[] expected = atFirst;
        for (int writer = 0; writer < writers; writer++) {
            int offset = 100 + 300 * writer;
            expected = over(expected, offset, EngineBench.bytes(300, offset + rounds - 1));
        }
        assertThat(read(id)).isEqualTo(expected);
        assertThat(read(other)).isEqualTo(atFirst);
        bench.restart();
        assertThat(read(id)).isEqualTo(expected);
    }
}
