/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.StoreRecord;

/** A version is preserved before its change; the change may never come. All three were found by the simulation. */
class GivenUpChangeTest {
    private static final byte[] DATA = EngineBench.bytes(4 * 512 + 100, 1);

    @TempDir
    Path directory;

    /** The header alone was durable when the power was cut. */
    @Test
    void aHeaderWithoutABaseRestsOnTheReplicaThatItDescribes() throws Exception {
        try (EngineBench bench = new EngineBench(directory, 1)) {
            LiveReplica live = bench.create(EngineBench.BLOCK, DATA);
            SnapshotId id = bench.snapshot(1);
            VersionHeader header = new VersionHeader(
                    1,
                    1,
                    live.key(),
                    id,
                    live.length(),
                    VersionState.FINALIZED,
                    live.key().stamp() + 1,
                    live.checksumHeader());
            bench.volume(0)
                    .exceptions()
                    .commit(new StoreRecord.VersionPreserved(header))
                    .get();
            bench.restart();
            assertThat(bench.read(id, live.key())).isEqualTo(DATA);
            bench.truncate(EngineBench.BLOCK, 100);
            assertThat(bench.read(id, live.key())).isEqualTo(DATA);
        }
    }

    /** What replaced the version never came, so it does not say on which side of T the version lies. */
    @Test
    void aVersionOfAChangeThatWasGivenUpDoesNotStandForALaterOne() throws IOException {
        try (EngineBench bench = new EngineBench(directory, 1)) {
            BlockKey key = bench.create(EngineBench.BLOCK, DATA).key();
            SnapshotId provisional = SnapshotId.provisionalAfter(0);
            bench.engine().addSnapshot(provisional);
            LiveReplica live = bench.origin.replica(EngineBench.BLOCK);
            long givenUp = bench.nextStamp();
            bench.engine().begin(EngineBench.truncation(live, givenUp, 100)).close();
            bench.truncate(EngineBench.BLOCK, 100);
            SnapshotId real = EngineBench.id(1);
            bench.engine().adopt(provisional, real);
            bench.engine().setFence(real, StampFence.at(givenUp));
            bench.restart();
            assertThat(bench.read(real, key)).isEqualTo(DATA);
        }
    }

    /** A change without a fresh stamp, while the snapshot that has the version is on its way out. */
    @Test
    void aVersionThatIsAboutToBeHandedDownIsNotMadeAgain() throws Exception {
        try (EngineBench bench = new EngineBench(directory, 1)) {
            BlockKey key = bench.create(EngineBench.BLOCK, DATA).key();
            // Without a fence nothing is excluded in the background, which would take its turn before the drop.
            SnapshotId older = EngineBench.id(1);
            SnapshotId newer = EngineBench.id(2);
            bench.engine().addSnapshot(older);
            bench.engine().addSnapshot(newer);
            byte[] changed = changeInPlace(bench, Arrays.copyOf(DATA, DATA.length));
            CompletableFuture<Void> drop;
            try (OriginChange other = bench.engine().begin(8, Optional::empty)) {
                assertThat(other).isNotNull();
                drop = CompletableFuture.runAsync(() -> drop(bench, newer));
                await().until(() -> bench.engine().chain().size() == 1);
                changeInPlace(bench, changed);
            }
            drop.get();
            assertThat(bench.read(older, key)).isEqualTo(DATA);
            assertThat(bench.engine().versions(older)).hasSize(1);
        }
    }

    private static void drop(EngineBench bench, SnapshotId id) {
        try {
            bench.engine().dropSnapshot(id);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] changeInPlace(EngineBench bench, byte[] data) throws IOException {
        LiveReplica live = bench.origin.replica(EngineBench.BLOCK);
        long stamp = live.key().stamp();
        ChangeRequest request = new ChangeRequest(live, stamp, live.length(), ChunkRange.of(1));
        try (OriginChange change = bench.engine().begin(request)) {
            assertThat(change).isNotNull();
            data[600]++;
            bench.origin.replace(EngineBench.BLOCK, stamp, data, live.state());
            return data;
        }
    }
}
