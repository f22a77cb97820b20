/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.engine.ChunkScan.Damage;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.VersionLostException;

class StoredChunkScanTest {
    private static final long BLOCK = EngineBench.BLOCK;
    private static final int CHUNK = TestOrigin.GEOMETRY.chunkSizeBytes();
    private static final ChunkScan.Pace NO_PACE = bytes -> {};

    @TempDir
    Path directory;

    private final List<FaultyStore> stores = new ArrayList<>();
    private EngineBench bench;
    private BlockKey then;

    @BeforeEach
    void preserveThreeChunks() throws IOException {
        bench = new EngineBench(
                directory,
                1,
                real -> {
                    FaultyStore store = new FaultyStore(real);
                    stores.add(store);
                    return store;
                },
                replicas -> replicas);
        then = bench.create(BLOCK, EngineBench.bytes(4 * CHUNK, 1)).key();
        bench.snapshot(1);
        bench.snapshot(2);
        bench.truncate(BLOCK, CHUNK);
    }

    @AfterEach
    void close() throws IOException {
        bench.close();
    }

    private List<Damage> scan() throws IOException {
        return bench.engine().chunkScan().read(BLOCK, bench.volume(0), NO_PACE);
    }

    @Test
    void readsEachPreservedChunkOnceHoweverManySnapshotsShareIt() throws IOException {
        List<Integer> reads = new ArrayList<>();

        assertThat(bench.engine().chunkScan().read(BLOCK, bench.volume(0), reads::add))
                .isEmpty();

        assertThat(reads).hasSize(stores.get(0).chunks.size()).containsOnly(CHUNK);
    }

    @Test
    void rotIsToldAndRecordedAsLostForAllThatReadIt() throws IOException {
        SnapshotId newest = EngineBench.id(2);
        stores.get(0).rottenChunk = 2;

        List<Damage> damages = scan();

        assertThat(damages).hasSize(1);
        assertThat(damages.get(0).key()).isEqualTo(then);
        assertThat(damages.get(0).chunk()).isEqualTo(2);
        assertThat(damages.get(0).reason()).contains("bad checksum at");
        assertThatThrownBy(() -> bench.read(newest, then)).isInstanceOf(VersionLostException.class);
        assertThat(stores.get(0).losses).containsExactly(damages.get(0).version());
        assertThat(bench.engine().chunkScan().isKnown(BLOCK, damages.get(0).version()))
                .isTrue();
        assertThat(scan()).as("nobody reads it any more").isEmpty();
    }

    @Test
    void whatTheDiskCannotReadIsToldAndLosesNothing() throws IOException {
        stores.get(0).readFailure = new IOException("a.segment: Input/output error");
        assertThat(scan()).hasSize(stores.get(0).chunks.size());
        assertThat(stores.get(0).losses).isEmpty();

        stores.get(0).readFailure = null;
        assertThat(bench.read(EngineBench.id(1), then)).isEqualTo(EngineBench.bytes(4 * CHUNK, 1));
    }

    @Test
    void aStoreThatDoesNotReadForAnotherReasonIsNoDamage() {
        stores.get(0).readFailure = new IOException("Too many open files");

        assertThatThrownBy(this::scan).hasMessageContaining("Too many open files");
        assertThat(stores.get(0).losses).isEmpty();
    }

    @Test
    void endsWhereItsPaceEnds() {
        assertThatThrownBy(() -> bench.engine().chunkScan().read(BLOCK, bench.volume(0), bytes -> {
                    throw new InterruptedIOException("stop");
                }))
                .isInstanceOf(InterruptedIOException.class);
    }

    @Test
    void namesTheBlocksThatAreWantedInOrder() throws IOException {
        bench.create(BLOCK + 2, EngineBench.bytes(CHUNK, 2));
        bench.create(BLOCK + 1, EngineBench.bytes(CHUNK, 2));
        bench.snapshot(3);
        bench.truncate(BLOCK + 2, 1);
        bench.truncate(BLOCK + 1, 1);

        assertThat(bench.engine().chunkScan().blocks(id -> id != BLOCK)).containsExactly(BLOCK + 1, BLOCK + 2);
        assertThat(bench.engine().chunkScan().read(BLOCK + 5, bench.volume(0), NO_PACE))
                .isEmpty();
    }

    @Test
    void aVersionThatWasFreedIsNotKnown() throws IOException {
        stores.get(0).rottenChunk = 2;
        long version = scan().get(0).version();

        bench.engine().dropSnapshot(EngineBench.id(1));
        bench.engine().dropSnapshot(EngineBench.id(2));

        assertThat(bench.engine().chunkScan().isKnown(BLOCK, version)).isFalse();
    }
}
