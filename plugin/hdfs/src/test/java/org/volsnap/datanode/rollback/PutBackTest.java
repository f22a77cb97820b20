/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.datanode.rollback.Blocks.random;
import static org.volsnap.model.VersionState.FINALIZED;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.ReplicaFiles;

/** Many deleted replicas on several storage volumes at once. */
class PutBackTest {
    private static final long T = 1_000;
    private static final long NEW_STAMP = 9_000;
    private static final int VOLUMES = 3;
    private static final int REPLICAS = 1_500;

    @TempDir
    Path directory;

    private RollbackWorld world;

    @BeforeEach
    void open() throws IOException {
        world = new RollbackWorld(directory, VOLUMES);
        world.threads = VOLUMES;
    }

    @AfterEach
    void close() throws IOException {
        world.close();
    }

    @Test
    void wholeReplicasComeBackAsTheFilesThatTheyWere() throws IOException {
        byte[] bytes = random(1, 600);
        Map<Long, List<Object>> files = new HashMap<>();
        for (long block = 1; block <= REPLICAS; block++) {
            world.create((int) (block % VOLUMES), block, 900, FINALIZED, bytes);
            files.put(block, inodes(world.live(block).files()));
        }
        world.snapshot(1, T);
        for (long block = 1; block <= REPLICAS; block++) {
            world.delete(block);
        }
        ConcurrentLinkedQueue<String> steps = new ConcurrentLinkedQueue<>();

        RollbackCounts counts = world.rollback(1, T, NEW_STAMP, steps::add);

        assertThat(counts).isEqualTo(new RollbackCounts(0, 0, REPLICAS, 0, 0));
        assertThat(steps).doesNotContain("copy", "write").hasSizeLessThan(REPLICAS / 10);
        assertThat(world.onDisk()).hasSize(REPLICAS);
        for (long block = 1; block <= REPLICAS; block++) {
            assertThat(inodes(world.live(block).files())).isEqualTo(files.get(block));
        }
        assertThat(world.asOf(1, 7, 900)).hasValue(bytes);
    }

    @Test
    void ofOneBlockOnTwoStorageVolumesTheNewerComesBack() throws IOException {
        byte[] old = random(1, 600);
        byte[] stale = random(2, 500);
        for (long block = 1; block <= 50; block++) {
            world.create(0, block, 900, FINALIZED, old);
        }
        world.snapshot(1, T);
        for (long block = 1; block <= 50; block++) {
            world.delete(block);
            world.create(1, block, 890, FINALIZED, stale);
            world.delete(block);
        }

        world.rollback(1, T, NEW_STAMP);

        assertThat(world.onDisk().values())
                .hasSize(50)
                .allSatisfy(seen -> assertThat(seen.stamp()).isEqualTo(900));
    }

    private static List<Object> inodes(ReplicaFiles files) throws IOException {
        return List.of(Files.getAttribute(files.data(), "unix:ino"), Files.getAttribute(files.meta(), "unix:ino"));
    }
}
