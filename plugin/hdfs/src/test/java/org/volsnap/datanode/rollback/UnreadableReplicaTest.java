/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.volsnap.datanode.rollback.Blocks.random;
import static org.volsnap.model.VersionState.FINALIZED;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.datanode.rollback.RollbackWorld.Expected;

/** A sector that can't be read costs its replica, and keeps no DataNode from a rollback. */
class UnreadableReplicaTest {
    /** Reading its first byte is an input/output error: nothing is mapped there. */
    private static final Path FAILS = Path.of("/proc/self/mem");

    @TempDir
    Path directory;

    private RollbackWorld world;

    @BeforeEach
    void open() throws IOException {
        assumeThat(FAILS).exists();
        world = new RollbackWorld(directory, 1);
    }

    @AfterEach
    void close() throws IOException {
        if (world != null) {
            world.close();
        }
    }

    private void makeUnreadable(long blockId) throws IOException {
        Path meta = world.live(blockId).files().meta();
        Files.delete(meta);
        Files.createSymbolicLink(meta, FAILS);
    }

    @Test
    void oneThatWasMadeSinceGoes() throws IOException {
        byte[] unchanged = random(1, 9_000);
        world.create(0, 5, 900, FINALIZED, unchanged);
        world.snapshot(1, 1_000);
        world.create(0, 6, 1_500, FINALIZED, random(2, 5_000));
        makeUnreadable(6);
        world.snapshot(2, 4_000);

        assertThat(world.rollback(1, 1_000, 9_000)).isEqualTo(new RollbackCounts(1, 0, 0, 1, 0));

        assertThat(world.onDisk())
                .isEqualTo(new Expected().with(5, 900, FINALIZED, unchanged).map());
    }

    @Test
    void oneThatWasAppendedSinceGoesAndTheOthersComeBack() throws IOException {
        byte[] good = random(1, 9_001);
        world.create(0, 5, 900, FINALIZED, good);
        world.create(0, 6, 901, FINALIZED, random(2, 5_001));
        world.snapshot(1, 1_000);
        world.append(5, 1_500, random(3, 7_000));
        world.append(6, 1_501, random(4, 7_000));
        makeUnreadable(6);
        world.snapshot(2, 4_000);

        world.rollback(1, 1_000, 9_000);

        assertThat(world.onDisk())
                .isEqualTo(new Expected().with(5, 900, FINALIZED, good).map());
    }
}
