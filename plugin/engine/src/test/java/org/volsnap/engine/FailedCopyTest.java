/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.volsnap.engine.EngineBench.BLOCK;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.VersionLostException;

/** A snapshot's trouble never fails the origin, and is never forgotten. */
@Timeout(60)
class FailedCopyTest {
    private static final byte[] DATA = EngineBench.bytes(4 * 512, 1);

    @TempDir
    Path directory;

    private final List<FaultyStore> stores = new ArrayList<>();

    private EngineBench bench(int volumes) throws IOException {
        return new EngineBench(
                directory,
                volumes,
                exceptions -> {
                    FaultyStore store = new FaultyStore(exceptions);
                    stores.add(store);
                    return store;
                },
                replicas -> replicas);
    }

    private static void assertLost(EngineBench bench, SnapshotId id, BlockKey key) {
        assertThatThrownBy(() -> bench.read(id, key)).isInstanceOf(VersionLostException.class);
        assertThat(bench.engine().status().snapshots().get(id))
                .extracting(EngineStatus.SnapshotStatus::lostVersions)
                .isEqualTo(1L);
    }

    @Test
    void aFailedCopyLetsTheChangePassAndTheLossSurvivesARestart() throws IOException {
        try (EngineBench bench = bench(1)) {
            BlockKey key = bench.create(BLOCK, DATA).key();
            SnapshotId id = bench.snapshot(1);
            stores.get(0).failChunks = true;
            bench.truncate(BLOCK, 1024);
            assertThat(bench.origin.replica(BLOCK).length()).isEqualTo(1024);
            assertThat(bench.engine().status().pending()).isZero();
            assertLost(bench, id, key);
            bench.restart();
            assertLost(bench, id, key);
        }
    }

    @Test
    void aHeaderThatCantBeStoredIsALossWithoutItsStoresHelp() throws IOException {
        try (EngineBench bench = bench(1)) {
            BlockKey key = bench.create(BLOCK, DATA).key();
            SnapshotId id = bench.snapshot(1);
            stores.get(0).failRecords = true;
            bench.append(BLOCK, DATA);
            assertLost(bench, id, key);
            bench.restart();
            assertLost(bench, id, key);
        }
    }

    @Test
    void aLossThatItsOwnStoreCantRecordGoesToAnother() throws IOException {
        try (EngineBench bench = bench(2)) {
            BlockKey key = bench.create(BLOCK, DATA).key();
            SnapshotId id = bench.snapshot(1);
            FaultyStore own = stores.get((int) (BLOCK % 2));
            FaultyStore other = stores.get((int) ((BLOCK + 1) % 2));
            own.failChunks = true;
            own.failLosses = true;
            bench.truncate(BLOCK, 0);
            assertThat(other.losses).hasSize(1);
            assertLost(bench, id, key);
            bench.restart();
            assertLost(bench, id, key);
            bench.engine().dropSnapshot(id);
            bench.restart();
            assertThat(bench.engine().owners()).isEmpty();
        }
    }

    @Test
    void aLossThatNoStoreCanRecordStaysInMemoryAndTheChangePasses() throws IOException {
        try (EngineBench bench = bench(1)) {
            BlockKey key = bench.create(BLOCK, DATA).key();
            SnapshotId id = bench.snapshot(1);
            stores.get(0).failChunks = true;
            stores.get(0).failRecords = true;
            stores.get(0).failLosses = true;
            bench.truncate(BLOCK, 0);
            assertLost(bench, id, key);
        }
    }

    @Test
    void olderVersionsFindAnotherPlaceWhenANewHeaderFails() throws IOException {
        try (EngineBench bench = bench(2)) {
            BlockKey key = bench.create(BLOCK, DATA).key();
            SnapshotId first = bench.snapshot(1);
            bench.append(BLOCK, DATA);
            SnapshotId second = bench.snapshot(2);
            BlockKey appended = bench.origin.replica(BLOCK).key();
            int otherVolume = (int) ((BLOCK + 1) % 2);
            bench.origin.move(BLOCK, bench.volume(otherVolume));
            stores.get(otherVolume).failRecords = true;
            LiveReplica live = bench.origin.replica(BLOCK);
            long stamp = bench.nextStamp();
            try (OriginChange change = bench.engine().begin(EngineBench.truncation(live, stamp, 0))) {
                assertThat(change).isNotNull();
                bench.origin.replace(BLOCK, stamp, new byte[0], VersionState.FINALIZED);
            }
            assertLost(bench, second, appended);
            assertThat(bench.read(first, key)).isEqualTo(DATA);
        }
    }

    @Test
    void anOriginThatCantBeReadIsALoss() throws IOException {
        try (EngineBench bench = bench(1)) {
            BlockKey key = bench.create(BLOCK, DATA).key();
            SnapshotId id = bench.snapshot(1);
            bench.origin.onRead((read, chunk) -> {
                throw new IOException("bad sector");
            });
            bench.truncate(BLOCK, 0);
            assertLost(bench, id, key);
        }
    }

    @Test
    void aChangeUnseenByThePluginIsALossForWhatRestsOnIt() throws IOException {
        try (EngineBench bench = bench(1)) {
            BlockKey key = bench.create(BLOCK, DATA).key();
            SnapshotId id = bench.snapshot(1);
            bench.append(BLOCK, DATA);
            bench.origin.replace(BLOCK, bench.nextStamp(), new byte[4096], VersionState.FINALIZED);
            assertLost(bench, id, key);
            bench.restart();
            assertLost(bench, id, key);
        }
    }

    @Test
    void aStorageVolumeThatIsAwayIsALossUntilItComesBack() throws IOException {
        try (EngineBench bench = bench(2)) {
            BlockKey key = bench.create(BLOCK, DATA).key();
            SnapshotId id = bench.snapshot(1);
            bench.truncate(BLOCK, 0);
            int own = (int) (BLOCK % 2);
            bench.engine().removeVolume(bench.volume(own));
            assertThatThrownBy(() -> bench.read(id, key)).isInstanceOf(VersionLostException.class);
            bench.engine().addVolume(bench.reopened(own));
            assertThat(bench.read(id, key)).isEqualTo(DATA);
        }
    }

    @Test
    void aChunkThatRottedInTheStoreIsALossAndAMergeOfItWritesNothing() throws IOException {
        try (EngineBench bench = bench(1)) {
            BlockKey key = bench.create(BLOCK, DATA).key();
            SnapshotId id = bench.snapshot(1);
            bench.truncate(BLOCK, 0);
            bench.append(BLOCK, EngineBench.bytes(600, 2));
            byte[] before = bench.origin.data(BLOCK);
            VersionHeader version =
                    bench.engine().versions(id).stream().findFirst().orElseThrow();
            stores.get(0).rottenChunk = 3;
            assertThatThrownBy(() ->
                            bench.engine().merge(version, bench.origin.replica(BLOCK), bench.origin.writer(BLOCK, -1)))
                    .isInstanceOf(VersionLostException.class);
            assertThat(bench.origin.data(BLOCK)).isEqualTo(before);
            assertLost(bench, id, key);
        }
    }

    @Test
    void aReplicaThatCantBeLinkedIsALossAndTheDeletePasses() throws IOException {
        try (EngineBench bench =
                new EngineBench(directory, 1, exceptions -> exceptions, replicas -> new FaultyReplicaStore(replicas))) {
            BlockKey key = bench.create(BLOCK, DATA).key();
            SnapshotId id = bench.snapshot(1);
            bench.delete(BLOCK);
            assertLost(bench, id, key);
            bench.restart();
            assertLost(bench, id, key);
        }
    }
}
