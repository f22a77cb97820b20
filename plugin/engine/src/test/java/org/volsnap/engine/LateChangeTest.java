/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;

/**
 * A change whose stamp was given out before T and that is made after it, as a truncate that waits for a heartbeat. Found
 * by the crash campaign: each look preserved the replica once more, without end.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LateChangeTest {
    private static final long BLOCK = EngineBench.BLOCK;
    private static final byte[] DATA = EngineBench.bytes(4 * 512 + 100, 1);

    @TempDir
    Path directory;

    @Test
    void itIsPreservedOnceAndTheSnapshotSeesWhatWasThereBefore() throws Exception {
        try (EngineBench bench = new EngineBench(directory, 1)) {
            BlockKey key = bench.create(BLOCK, DATA).key();
            long givenOut = bench.nextStamp();
            SnapshotId older = bench.snapshot(1);
            SnapshotId newer = bench.snapshot(2);

            truncate(bench, givenOut, 700);

            assertThat(bench.read(newer, key)).isEqualTo(DATA);
            assertThat(bench.read(older, key)).isEqualTo(DATA);
            bench.engine().dropSnapshot(newer);
            bench.restart();
            assertThat(bench.read(older, key)).isEqualTo(DATA);
            bench.truncate(BLOCK, 0);
            assertThat(bench.read(older, key)).isEqualTo(DATA);
        }
    }

    @Test
    void itEndsAlthoughTComesToBeKnownWhileItIsPreserved() throws Exception {
        FaultyStore[] stores = new FaultyStore[1];
        try (EngineBench bench =
                new EngineBench(directory, 1, real -> stores[0] = new FaultyStore(real), replicas -> replicas)) {
            FaultyStore store = stores[0];
            BlockKey key = bench.create(BLOCK, DATA).key();
            SnapshotId id = EngineBench.id(1);
            bench.engine().addSnapshot(id);
            long givenOut = bench.nextStamp();
            CompletableFuture<Void> held = new CompletableFuture<>();
            store.recordsHeldUntil = held;
            CompletableFuture<Void> change = CompletableFuture.runAsync(() -> truncate(bench, givenOut, 700));
            await().until(() -> !store.records.isEmpty());

            store.recordsHeldUntil = CompletableFuture.completedFuture(null);
            bench.engine().setFence(id, StampFence.at(givenOut));
            held.complete(null);
            change.get();

            assertThat(bench.read(id, key)).isEqualTo(DATA);
        }
    }

    @Test
    void aSnapshotThatIsBeingMadeDoesNotTakeWhatAnOlderOneNeeds() throws Exception {
        try (EngineBench bench = new EngineBench(directory, 1)) {
            BlockKey key = bench.create(BLOCK, DATA).key();
            long givenOut = bench.nextStamp();
            SnapshotId older = bench.snapshot(1);
            SnapshotId newer = EngineBench.id(2);
            bench.engine().addSnapshot(newer);

            truncate(bench, givenOut, 700);
            bench.mark(newer);

            assertThat(bench.read(older, key)).isEqualTo(DATA);
            BlockKey now = bench.origin.replica(BLOCK).key();
            bench.truncate(BLOCK, 0);
            assertThat(bench.read(newer, now)).isEqualTo(Arrays.copyOf(DATA, 700));
            assertThat(bench.engine().view(newer, key)).isEmpty();
            bench.engine().dropSnapshot(newer);
            assertThat(bench.read(older, key)).isEqualTo(DATA);
        }
    }

    private static void truncate(EngineBench bench, long stamp, int newLength) {
        LiveReplica live = bench.origin.replica(BLOCK);
        try (OriginChange change = bench.engine().begin(EngineBench.truncation(live, stamp, newLength))) {
            assertThat(change).isNotNull();
            bench.origin.replace(BLOCK, stamp, Arrays.copyOf(bench.origin.data(BLOCK), newLength), live.state());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
