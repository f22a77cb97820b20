/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.datanode.rollback.Blocks.random;
import static org.volsnap.datanode.rollback.RollbackWorld.POOL;
import static org.volsnap.model.VersionState.FINALIZED;
import static org.volsnap.model.VersionState.OPEN;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;

class PoolDirectoriesTest {
    private static final byte[] BYTES = random(1, 700);

    @TempDir
    Path directory;

    private RollbackWorld world;
    private PoolDirectories directories;

    @BeforeEach
    void open() throws IOException {
        world = new RollbackWorld(directory, 2);
        directories = new PoolDirectories(POOL, () -> List.of(world.volume(0), world.volume(1)));
    }

    @AfterEach
    void close() throws IOException {
        world.close();
    }

    private static BlockKey key(long blockId, long stamp) {
        return new BlockKey(POOL, blockId, stamp);
    }

    private List<String> visit() throws IOException {
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            directories.forEach(world.volume(i), new PoolDirectories.Visitor() {
                @Override
                public void replica(DiskReplica replica) {
                    seen.add(replica.key().blockId() + "_" + replica.key().stamp() + " " + replica.state());
                }

                @Override
                public void orphan(Path meta) {
                    seen.add("orphan " + meta.getFileName());
                }
            });
        }
        return seen;
    }

    @Test
    void replicasAreFoundWhereHadoopPutsThem() throws IOException {
        long farAway = (3L << 16) + (17 << 8) + 5;
        world.create(0, farAway, 900, FINALIZED, BYTES);
        world.create(1, 6, 901, OPEN, BYTES);
        assertThat(visit()).containsExactlyInAnyOrder(farAway + "_900 FINALIZED", "6_901 OPEN");
        DiskReplica found = directories.find(farAway).orElseThrow();
        assertThat(found.files().data().toString()).endsWith("finalized/subdir3/subdir17/blk_" + farAway);
        assertThat(found.length()).isEqualTo(700);
        assertThat(directories.find(6)).map(DiskReplica::state).contains(OPEN);
        assertThat(directories.find(7)).isEmpty();
    }

    @Test
    void anIdThatBeginsLikeAnotherIsAnother() throws IOException {
        world.create(0, 1, 900, FINALIZED, BYTES);
        world.create(0, 10, 901, FINALIZED, BYTES);
        world.create(0, 100, 902, FINALIZED, BYTES);
        assertThat(directories.find(1)).map(DiskReplica::key).contains(key(1, 900));
        assertThat(directories.find(10)).map(DiskReplica::key).contains(key(10, 901));
    }

    @Test
    void stripedBlocksHaveNegativeIds() throws IOException {
        long striped = -9_223_372_036_854_775_792L;
        world.create(0, striped, 900, FINALIZED, BYTES);
        assertThat(directories.find(striped)).map(DiskReplica::key).contains(key(striped, 900));
        assertThat(visit()).containsExactly(striped + "_900 FINALIZED");
    }

    @Test
    void ofTwoTheNewerStampIsFoundThenTheLonger() throws IOException {
        world.create(0, 5, 900, FINALIZED, random(2, 5_000));
        world.create(1, 5, 901, FINALIZED, BYTES);
        assertThat(directories.find(5)).map(DiskReplica::key).contains(key(5, 901));
        world.create(0, 6, 900, FINALIZED, BYTES);
        world.create(1, 6, 900, OPEN, random(3, 5_000));
        assertThat(directories.find(6)).map(DiskReplica::state).contains(OPEN);
    }

    @Test
    void aMoveThatWasCutShortIsOneReplicaStill() throws IOException {
        world.create(0, 5, 900, FINALIZED, BYTES);
        ReplicaPlaces places = new ReplicaPlaces(world.volume(0), POOL);
        ReplicaFiles finalized = places.files(key(5, 900), FINALIZED);
        ReplicaFiles open = places.files(key(5, 900), OPEN);
        Files.move(finalized.meta(), open.meta());
        assertThat(visit()).containsExactly("5_900 FINALIZED");
        assertThat(directories.find(5))
                .map(DiskReplica::files)
                .contains(new ReplicaFiles(finalized.data(), open.meta()));
        Files.move(finalized.data(), open.data());
        assertThat(visit()).containsExactly("5_900 OPEN");
    }

    @Test
    void aDeleteThatWasCutShortLeavesAnOrphan() throws IOException {
        world.create(0, 5, 900, FINALIZED, BYTES);
        Files.delete(directories.find(5).orElseThrow().files().data());
        assertThat(visit()).containsExactly("orphan blk_5_900.meta");
        assertThat(directories.find(5)).isEmpty();
    }

    @Test
    void otherFilesAreNoReplicas() throws IOException {
        Path open = new ReplicaPlaces(world.volume(0), POOL).beingWritten();
        Files.writeString(open.resolve("blk_5.restart"), "1");
        Files.writeString(open.resolve("notes"), "1");
        assertThat(visit()).isEmpty();
        assertThat(directories.find(5)).isEmpty();
    }

    @Test
    void aStorageVolumeWithoutThePoolIsEmpty() throws IOException {
        Files.delete(new ReplicaPlaces(world.volume(1), POOL).finalized());
        Files.delete(new ReplicaPlaces(world.volume(1), POOL).beingWritten());
        world.create(0, 5, 900, FINALIZED, BYTES);
        assertThat(visit()).containsExactly("5_900 FINALIZED");
        assertThat(directories.find(5)).isPresent();
    }
}
