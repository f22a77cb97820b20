/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.volsnap.datanode.rollback.Blocks.random;
import static org.volsnap.datanode.rollback.RollbackWorld.GEOMETRY;
import static org.volsnap.datanode.rollback.RollbackWorld.POOL;
import static org.volsnap.model.VersionState.FINALIZED;
import static org.volsnap.model.VersionState.OPEN;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.hadoop.fs.ChecksumException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.datanode.ReplicaFileReader;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;

class ReplicaRestorerTest {
    private static final byte[] NOW = random(1, 12_345);

    @TempDir
    Path directory;

    private final ReplicaFileReader reader = new ReplicaFileReader(GEOMETRY);
    private RollbackWorld world;
    private ReplicaPlaces places;

    @BeforeEach
    void open() throws IOException {
        world = new RollbackWorld(directory, 1);
        places = new ReplicaPlaces(world.volume(0), POOL);
    }

    @AfterEach
    void close() throws IOException {
        world.close();
    }

    private static VersionHeader version(long stamp, long length, VersionState state) {
        return new VersionHeader(
                1,
                1,
                new BlockKey(POOL, 5, stamp),
                SnapshotId.ofRegistry(1),
                length,
                state,
                VersionHeader.NEVER,
                new byte[0]);
    }

    private ReplicaRestorer restorer(VersionState state) throws IOException {
        return new ReplicaRestorer(
                new DurableFiles(step -> {}),
                places,
                reader,
                GEOMETRY,
                world.live(5).files(),
                state);
    }

    private void finish(VersionHeader version) throws IOException {
        try (ReplicaRestorer restorer = restorer(version.state())) {
            restorer.finish(version);
        }
    }

    private void assertReplica(long stamp, VersionState state, byte[] bytes) throws IOException {
        assertThat(world.onDisk())
                .containsExactlyEntriesOf(java.util.Map.of(5L, RollbackWorld.Seen.of(stamp, state, bytes)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 513, 4_095, 4_096, 4_097, 8_192, 12_288, 12_344, 12_345})
    void aCutWithoutThePreservedChunkMakesTheLastChecksumAnew(int length) throws IOException {
        world.create(0, 5, 900, OPEN, NOW);
        finish(version(900, length, OPEN));
        assertReplica(900, OPEN, Arrays.copyOf(NOW, length));
    }

    @Test
    void aCutThroughRottenBytesIsRefused() throws IOException {
        world.create(0, 5, 900, OPEN, NOW);
        byte[] rotten = NOW.clone();
        rotten[10_200] ^= 1;
        Files.write(world.live(5).files().data(), rotten);
        assertThatThrownBy(() -> finish(version(900, 10_001, OPEN))).isInstanceOf(ChecksumException.class);
    }

    @Test
    void aReplicaThatIsTooShortIsRefused() throws IOException {
        world.create(0, 5, 900, FINALIZED, NOW);
        assertThatThrownBy(() -> finish(version(900, 20_000, FINALIZED))).hasMessageContaining("needs more");
    }

    @Test
    void chunksBringTheirChecksums() throws IOException {
        byte[] then = random(2, 9_001);
        world.create(0, 5, 1_500, FINALIZED, Arrays.copyOf(NOW, 4_000));
        ReplicaFiles source = new ReplicaFiles(directory.resolve("data"), directory.resolve("meta"));
        Blocks.write(source, then);
        try (ReplicaRestorer restorer = restorer(FINALIZED)) {
            for (long chunk = 0; chunk < 3; chunk++) {
                restorer.writeChunk(chunk, reader.read(source, chunk, GEOMETRY.lengthOf(chunk, then.length)));
            }
            restorer.finish(version(900, then.length, FINALIZED));
        }
        assertReplica(900, FINALIZED, then);
    }

    @Test
    void aReplicaMovesToTheDirectoryOfItsState() throws IOException {
        world.create(0, 5, 1_500, OPEN, NOW);
        finish(version(900, NOW.length, FINALIZED));
        assertReplica(900, FINALIZED, NOW);
        finish(version(900, NOW.length, OPEN));
        assertReplica(900, OPEN, NOW);
    }

    @Test
    void theMarkOfAReturningWriterGoes() throws IOException {
        world.create(0, 5, 900, OPEN, NOW);
        Files.writeString(places.restartMark(5), "1");
        finish(version(900, 700, OPEN));
        assertReplica(900, OPEN, Arrays.copyOf(NOW, 700));
    }

    @Test
    void aFileThatSharesItsBytesWithAnotherNameIsCopiedFirst() throws IOException {
        world.create(0, 5, 900, OPEN, NOW);
        Path other = directory.resolve("other");
        Files.createLink(other, world.live(5).files().data());
        finish(version(900, 700, OPEN));
        assertReplica(900, OPEN, Arrays.copyOf(NOW, 700));
        assertThat(other).hasBinaryContent(NOW);
    }

    @Test
    void doneTwiceIsDoneOnce() throws IOException {
        world.create(0, 5, 1_500, FINALIZED, NOW);
        finish(version(900, 10_001, OPEN));
        finish(version(900, 10_001, OPEN));
        assertReplica(900, OPEN, Arrays.copyOf(NOW, 10_001));
    }
}
