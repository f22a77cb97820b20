/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.volsnap.engine.EngineBench.BLOCK;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.engine.EngineStatus.SnapshotStatus;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionState;
import org.volsnap.store.SnapshotException;

/** What is preserved, how much of it, and what becomes of it. */
@Timeout(60)
class CowEngineTest {
    private static final byte[] DATA = EngineBench.bytes(4 * 512 + 100, 1);

    @TempDir
    Path directory;

    private @Nullable EngineBench opened;

    @BeforeEach
    void open() throws IOException {
        opened = new EngineBench(directory, 2);
    }

    @AfterEach
    void close() throws IOException {
        bench().close();
    }

    private EngineBench bench() {
        return requireNonNull(opened);
    }

    private SnapshotStatus statusOf(SnapshotId id) {
        return requireNonNull(bench().engine().status().snapshots().get(id));
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] all = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, all, one.length, other.length);
        return all;
    }

    // ---- what is preserved

    @Test
    void anAppendPreservesAtMostOneChunkAndASecondOneNothing() throws IOException {
        BlockKey key = bench().create(BLOCK, DATA).key();
        SnapshotId id = bench().snapshot(1);
        bench().append(BLOCK, new byte[] {1});
        assertThat(statusOf(id)).isEqualTo(new SnapshotStatus(1, 1, 100, 0));
        bench().append(BLOCK, new byte[5000]);
        assertThat(statusOf(id)).isEqualTo(new SnapshotStatus(1, 1, 100, 0));
        assertThat(bench().read(id, key)).isEqualTo(DATA);
    }

    @Test
    void anAppendAtAChecksumBoundaryPreservesTheHeaderOnly() throws IOException {
        byte[] whole = Arrays.copyOf(DATA, 1024);
        BlockKey key = bench().create(BLOCK, whole).key();
        SnapshotId id = bench().snapshot(1);
        bench().append(BLOCK, DATA);
        assertThat(statusOf(id)).isEqualTo(new SnapshotStatus(1, 0, 0, 0));
        assertThat(bench().read(id, key)).isEqualTo(whole);
    }

    @Test
    void aTruncatePreservesWhatItCutsOffAndTheFirstCopyWins() throws IOException {
        BlockKey key = bench().create(BLOCK, DATA).key();
        SnapshotId id = bench().snapshot(1);
        bench().truncate(BLOCK, 3 * 512);
        assertThat(statusOf(id).chunks()).isEqualTo(2);
        bench().append(BLOCK, EngineBench.bytes(2000, 2));
        bench().truncate(BLOCK, 512);
        assertThat(statusOf(id).chunks()).isEqualTo(4);
        assertThat(bench().read(id, key)).isEqualTo(DATA);
    }

    @Test
    void aDeletedReplicaIsKeptWholeAndIsFoundAfterARestart() throws IOException {
        BlockKey key = bench().create(BLOCK, DATA).key();
        SnapshotId id = bench().snapshot(1);
        bench().delete(BLOCK);
        assertThat(bench().engine().status().completed()).isZero();
        assertThat(statusOf(id).preservedBytes()).isGreaterThanOrEqualTo(DATA.length);
        bench().restart();
        assertThat(bench().read(id, key)).isEqualTo(DATA);
    }

    @Test
    void theVersionOfABlockIsFoundByItsIdWhateverBecameOfIt() throws IOException {
        BlockKey key = bench().create(BLOCK, DATA).key();
        SnapshotId id = bench().snapshot(1);
        assertThat(bench().engine().newest(id, key.pool(), BLOCK)).contains(key);
        bench().append(BLOCK, new byte[] {1});
        assertThat(bench().engine().newest(id, key.pool(), BLOCK)).contains(key);
        bench().delete(BLOCK);
        assertThat(bench().engine().newest(id, key.pool(), BLOCK)).contains(key);

        long other = BLOCK + 1;
        BlockKey deleted = bench().create(other, DATA).key();
        SnapshotId second = bench().snapshot(2);
        bench().delete(other);
        assertThat(bench().engine().newest(second, key.pool(), other)).contains(deleted);
        assertThat(bench().engine().newest(id, key.pool(), other)).isEmpty();
        assertThat(bench().engine().newest(second, key.pool(), BLOCK)).isEmpty();
    }

    @Test
    void withoutASnapshotNothingIsPreserved() throws IOException {
        bench().create(BLOCK, DATA);
        bench().truncate(BLOCK, 0);
        bench().delete(BLOCK);
        assertThat(bench().engine().owners()).isEmpty();
    }

    @Test
    void whatIsCreatedAfterASnapshotIsNotPreservedForIt() throws IOException {
        SnapshotId id = bench().snapshot(1);
        BlockKey key = bench().create(BLOCK, DATA).key();
        bench().truncate(BLOCK, 0);
        bench().delete(BLOCK);
        assertThat(statusOf(id)).isEqualTo(new SnapshotStatus(0, 0, 0, 0));
        assertThat(bench().engine().view(id, key)).isEmpty();
    }

    @Test
    void severalReplicasGoAtOnce() throws IOException {
        for (long block = 1; block <= 4; block++) {
            bench().create(block, DATA);
        }
        SnapshotId id = bench().snapshot(1);
        List<LiveReplica> all = bench().origin.blockIds().descendingSet().stream()
                .map(bench().origin::replica)
                .toList();
        try (OriginChange change = bench().engine().beginDelete(all)) {
            assertThat(change).isNotNull();
            all.forEach(replica -> bench().origin.delete(replica.key().blockId()));
        }
        for (LiveReplica replica : all) {
            assertThat(bench().read(id, replica.key())).isEqualTo(DATA);
        }
    }

    // ---- open replicas

    @Test
    void aReplicaThatIsOpenAtTwoSnapshotsHasTwoVersionsOfOneStamp() throws IOException {
        BlockKey key = bench().origin
                .create(BLOCK, bench().nextStamp(), DATA, VersionState.OPEN, bench().volume(0))
                .key();
        SnapshotId first = bench().snapshot(1);
        byte[] longer = concat(DATA, EngineBench.bytes(30, 2));
        bench().origin.replace(BLOCK, key.stamp(), longer, VersionState.OPEN);
        SnapshotId second = bench().snapshot(2);
        byte[] longest = concat(longer, EngineBench.bytes(700, 3));
        bench().origin.replace(BLOCK, key.stamp(), longest, VersionState.FINALIZED);
        bench().truncate(BLOCK, 10);

        assertThat(bench().read(first, key)).isEqualTo(DATA);
        assertThat(bench().read(second, key)).isEqualTo(longer);
        bench().engine().dropSnapshot(first);
        bench().restart();
        assertThat(bench().read(second, key)).isEqualTo(longer);
        assertThat(bench().engine().view(second, key).orElseThrow().state()).isEqualTo(VersionState.OPEN);
    }

    // ---- drop

    @Test
    void aDroppedSnapshotHandsDownWhatOlderOnesNeedAndFreesTheRest() throws IOException {
        BlockKey old = bench().create(BLOCK, DATA).key();
        SnapshotId first = bench().snapshot(1);
        bench().append(BLOCK, EngineBench.bytes(2000, 2));
        SnapshotId second = bench().snapshot(2);
        bench().truncate(BLOCK, 0);
        assertThat(statusOf(second).chunks()).isEqualTo(9);

        bench().engine().dropSnapshot(second);
        assertThat(bench().engine().status().completed())
                .as("1 of its own, 4 carried")
                .isEqualTo(5);
        assertThat(statusOf(first).chunks()).isEqualTo(5);
        assertThat(bench().read(first, old)).isEqualTo(DATA);
        bench().restart();
        assertThat(bench().engine().status().completed()).isEqualTo(5);
        assertThat(bench().read(first, old)).isEqualTo(DATA);

        bench().engine().dropSnapshot(first);
        assertThat(bench().engine().owners()).isEmpty();
        assertThat(bench().engine().status().completed()).isZero();
    }

    @Test
    void aVersionThatAnOlderSnapshotSeesBecomesItsOwn() throws IOException {
        BlockKey key = bench().create(BLOCK, DATA).key();
        SnapshotId first = bench().snapshot(1);
        SnapshotId second = bench().snapshot(2);
        SnapshotId third = bench().snapshot(3);
        bench().truncate(BLOCK, 0);
        bench().engine().dropSnapshot(third);
        assertThat(statusOf(second).versions()).isEqualTo(1);
        bench().engine().dropSnapshot(second);
        assertThat(statusOf(first).versions()).isEqualTo(1);
        assertThat(bench().read(first, key)).isEqualTo(DATA);
    }

    @Test
    void aBaseInTheStoreStaysWhileAVersionRestsOnIt() throws IOException {
        BlockKey old = bench().create(BLOCK, DATA).key();
        SnapshotId first = bench().snapshot(1);
        bench().append(BLOCK, EngineBench.bytes(2000, 2));
        SnapshotId second = bench().snapshot(2);
        bench().delete(BLOCK);
        bench().engine().dropSnapshot(second);
        assertThat(bench().read(first, old)).isEqualTo(DATA);
        bench().engine().dropSnapshot(first);
        assertThat(bench().engine().owners()).isEmpty();
    }

    @Test
    void whatTheFenceExcludesIsFreed() throws IOException {
        bench().create(BLOCK, DATA);
        SnapshotId id = EngineBench.id(1);
        bench().engine().addSnapshot(id);
        bench().truncate(BLOCK, 512);
        BlockKey atT = bench().origin.replica(BLOCK).key();
        bench().create(8, DATA);
        bench().mark(id);
        await().untilAsserted(() -> assertThat(statusOf(id)).isEqualTo(new SnapshotStatus(0, 0, 0, 0)));
        assertThat(bench().read(id, atT)).isEqualTo(Arrays.copyOf(DATA, 512));
    }

    @Test
    void aSnapshotAdoptsWhatAProvisionalOnePreserved() throws IOException {
        BlockKey key = bench().create(BLOCK, DATA).key();
        BlockKey deleted = bench().create(8, DATA).key();
        SnapshotId provisional = SnapshotId.provisionalAfter(0);
        bench().engine().addSnapshot(provisional);
        bench().truncate(BLOCK, 0);
        bench().delete(8);
        SnapshotId real = EngineBench.id(1);
        bench().engine().adopt(provisional, real);
        bench().engine().setFence(real, StampFence.at(deleted.stamp()));

        assertThat(bench().engine().chain()).extracting(ChainLink::id).containsExactly(real);
        assertThat(bench().read(real, key)).isEqualTo(DATA);
        assertThat(bench().read(real, deleted)).isEqualTo(DATA);
        bench().restart();
        assertThat(bench().engine().owners()).containsExactly(real);
        assertThat(bench().read(real, key)).isEqualTo(DATA);
    }

    @Test
    void aDropThatARestartCutShortIsFinishedByTheNextOne() throws IOException {
        bench().create(BLOCK, DATA);
        SnapshotId id = bench().snapshot(1);
        bench().truncate(BLOCK, 0);
        bench().restart();
        bench().engine().dropSnapshot(id);
        bench().engine().dropSnapshot(id);
        assertThat(bench().engine().owners()).isEmpty();
    }

    // ---- bad input

    @Test
    void anUnknownSnapshotIsRefused() {
        SnapshotId unknown = EngineBench.id(9);
        assertThatThrownBy(() -> bench().engine().view(unknown, new BlockKey("BP-1", 1, 1)))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("9");
        assertThatThrownBy(() -> bench().engine().setFence(unknown, StampFence.at(1)))
                .isInstanceOf(SnapshotException.class);
        assertThat(bench().engine().versions(unknown)).isEmpty();
    }

    @Test
    void aChunkBehindTheEndIsRefused() throws IOException {
        BlockKey key = bench().create(BLOCK, DATA).key();
        SnapshotId id = bench().snapshot(1);
        VersionView view = bench().engine().view(id, key).orElseThrow();
        assertThat(view.read(4).data().remaining()).isEqualTo(100);
        assertThatThrownBy(() -> view.read(5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> view.read(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void quietIsToldAtOnceWhenNothingIsUnderWay() throws IOException {
        assertThat(bench().engine().awaitQuiet(10_000)).isTrue();
    }
}
