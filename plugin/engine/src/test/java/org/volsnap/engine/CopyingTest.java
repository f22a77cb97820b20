/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionState;
import org.volsnap.store.memory.MemoryContent;
import org.volsnap.store.memory.MemoryExceptionStore;
import org.volsnap.store.memory.MemoryReplicaStore;

/** Which thread copies: the caller's, or with a throttle one that an interrupt of the caller does not concern. */
class CopyingTest {
    private static final int CHUNK = TestOrigin.GEOMETRY.chunkSizeBytes();
    private static final SnapshotId SNAPSHOT = SnapshotId.ofRegistry(1);

    @TempDir
    private Path directory;

    private final AtomicReference<String> copiedBy = new AtomicReference<>();

    private byte[] truncateAfterSnapshot(EngineSettings settings, TestOrigin origin) throws Exception {
        VolumeStore volume = new VolumeStore(
                new MemoryExceptionStore(new MemoryContent("store")),
                new MemoryReplicaStore(directory.resolve("kept")));
        try (CowEngine engine = CowEngine.open(settings, origin, List.of(volume), List.of())) {
            byte[] data = new byte[CHUNK];
            data[CHUNK - 1] = 42;
            LiveReplica replica = origin.create(1, 1, data, VersionState.FINALIZED, volume);
            engine.addSnapshot(SNAPSHOT);
            engine.setFence(SNAPSHOT, StampFence.at(1));
            try (OriginChange change = engine.beginOverwrite(replica, 0, 1)) {
                origin.replace(1, 1, new byte[CHUNK], VersionState.FINALIZED);
            }
            return TestOrigin.bytes(
                    engine.view(SNAPSHOT, replica.key()).orElseThrow().read(0).data());
        }
    }

    private TestOrigin origin() throws Exception {
        TestOrigin origin = new TestOrigin(directory.resolve("live"));
        origin.onRead((key, chunk) -> copiedBy.set(Thread.currentThread().getName()));
        return origin;
    }

    @Test
    void aCallerThatOnlyWaitsCopiesItself() throws Exception {
        byte[] past = truncateAfterSnapshot(new EngineSettings(TestOrigin.GEOMETRY, 1), origin());
        assertThat(past[CHUNK - 1]).isEqualTo((byte) 42);
        assertThat(copiedBy).hasValue(Thread.currentThread().getName());
    }

    @Test
    void aThrottledCopyIsMadeElsewhere() throws Exception {
        EngineSettings throttled = new EngineSettings(TestOrigin.GEOMETRY, 1, 16, 1L << 40);
        byte[] past = truncateAfterSnapshot(throttled, origin());
        assertThat(past[CHUNK - 1]).isEqualTo((byte) 42);
        assertThat(copiedBy.get()).startsWith("volsnap-copy-");
    }

    @Test
    void anInterruptOfTheCallerNeitherFailsTheCopyNorGetsLost() throws Exception {
        TestOrigin origin = new TestOrigin(directory.resolve("live"));
        AtomicInteger reads = new AtomicInteger();
        origin.onRead((key, chunk) -> {
            if (reads.getAndIncrement() == 0) {
                Thread.currentThread().interrupt();
                throw new ClosedByInterruptException();
            }
        });
        AtomicReference<Boolean> kept = new AtomicReference<>();
        VolumeStore volume = new VolumeStore(
                new MemoryExceptionStore(new MemoryContent("store")),
                new MemoryReplicaStore(directory.resolve("kept")));
        try (CowEngine engine =
                CowEngine.open(new EngineSettings(TestOrigin.GEOMETRY, 1), origin, List.of(volume), List.of())) {
            LiveReplica replica = origin.create(1, 1, new byte[CHUNK], VersionState.FINALIZED, volume);
            engine.addSnapshot(SNAPSHOT);
            engine.setFence(SNAPSHOT, StampFence.at(1));
            try {
                engine.beginOverwrite(replica, 0, 1).close();
            } catch (InterruptedIOException e) {
                assertThat(e).hasMessageContaining("interrupted");
            }
            kept.set(Thread.interrupted());
            assertThat(engine.versions(SNAPSHOT)).hasSize(1);
            assertThat(engine.view(SNAPSHOT, replica.key())
                            .orElseThrow()
                            .read(0)
                            .data()
                            .remaining())
                    .isEqualTo(CHUNK);
        }
        assertThat(kept).hasValue(true);
        assertThat(reads.get()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aThrottleOfLessThanAChunkASecondIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EngineSettings(TestOrigin.GEOMETRY, 1, 16, CHUNK - 1))
                .withMessageContaining("copyBytesPerSecond must be 0, or a chunk of 512 bytes or more, was 511");
    }

    @Test
    void fewerCopiesInFlightThanABatchAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EngineSettings(TestOrigin.GEOMETRY, 1, 15, 0))
                .withMessageContaining("copiesInFlight must be 16 or more, was 15");
    }
}
