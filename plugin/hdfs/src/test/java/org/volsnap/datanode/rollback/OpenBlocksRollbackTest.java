/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.datanode.rollback.Blocks.random;
import static org.volsnap.model.VersionState.FINALIZED;
import static org.volsnap.model.VersionState.OPEN;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.datanode.rollback.RollbackWorld.Expected;
import org.volsnap.datanode.rollback.RollbackWorld.Seen;
import org.volsnap.model.VersionState;

/** What a block is at T says the namespace: of one that is open there, every replica comes back to wait for recovery. */
class OpenBlocksRollbackTest {
    private static final long T = 1_000;
    private static final long SAFETY = 4_000;
    private static final long NEW_STAMP = 9_000;
    private static final byte[] BYTES = random(1, 10_001);
    private static final byte[] LONGER = Arrays.copyOf(BYTES, 12_345);

    @TempDir
    Path directory;

    private RollbackWorld world;

    @BeforeEach
    void open() throws IOException {
        world = new RollbackWorld(directory, 2);
        world.openBlocks = new OpenBlocks(ImmutableMap.of(5L, 900L));
    }

    @AfterEach
    void close() throws IOException {
        world.close();
    }

    private RollbackCounts rollback() throws IOException {
        world.snapshot(2, SAFETY);
        return world.rollback(1, T, NEW_STAMP);
    }

    private void assertOnDisk(long blockId, VersionState state, byte[] bytes) throws IOException {
        assertThat(world.onDisk())
                .isEqualTo(new Expected().with(blockId, 900, state, bytes).map());
    }

    @Test
    void oneThatWasFinalizedBeforeItCouldBeRecorded() throws IOException {
        world.create(0, 5, 900, FINALIZED, BYTES);
        world.snapshot(1, T);

        assertThat(rollback()).isEqualTo(new RollbackCounts(0, 1, 0, 0, 0));

        assertOnDisk(5, OPEN, BYTES);
        assertThat(world.rollback(1, T, NEW_STAMP)).isEqualTo(new RollbackCounts(1, 0, 0, 0, 0));
    }

    @Test
    void oneThatWasFinalizedAndAppendedBeforeItCouldBeRecorded() throws IOException {
        world.create(0, 5, 900, FINALIZED, BYTES);
        world.snapshot(1, T);
        world.append(5, 1_500, random(2, 7_000));

        rollback();

        assertOnDisk(5, OPEN, BYTES);
    }

    /** The NameNode had given out the stamp before T. */
    @Test
    void oneThatWasAppendedAfterTUnderAStampFromBeforeIt() throws IOException {
        world.create(0, 5, 900, FINALIZED, BYTES);
        world.snapshot(1, T);
        world.append(5, 950, random(2, 7_000));

        rollback();

        assertOnDisk(5, OPEN, BYTES);
    }

    @Test
    void oneThatWasRecordedAndWrittenOnUnderAStampFromBeforeT() throws IOException {
        world.create(0, 5, 900, OPEN, BYTES);
        world.snapshot(1, T);
        world.recordOpen(1, 5);
        world.append(5, 950, random(2, 7_000));

        rollback();

        assertOnDisk(5, OPEN, BYTES);
    }

    @Test
    void oneThatWasFinalizedAndDeletedBeforeItCouldBeRecorded() throws IOException {
        world.create(0, 5, 900, FINALIZED, BYTES);
        world.snapshot(1, T);
        world.delete(5);

        rollback();

        assertOnDisk(5, OPEN, BYTES);
    }

    @Test
    void oneThatWasRecordedAndFinalizedAndDeleted() throws IOException {
        world.create(0, 5, 900, OPEN, BYTES);
        world.snapshot(1, T);
        world.recordOpen(1, 5);
        world.write(5, LONGER);
        world.finalizeReplica(5);
        world.delete(5);

        rollback();

        assertOnDisk(5, OPEN, BYTES);
    }

    @Test
    void oneOfAStripedGroup() throws IOException {
        long group = -1L << 40;
        world.openBlocks = new OpenBlocks(ImmutableMap.of(group, 900L));
        world.create(0, group + 3, 900, FINALIZED, BYTES);
        world.snapshot(1, T);

        rollback();

        assertOnDisk(group + 3, OPEN, BYTES);
    }

    @Test
    void aBlockThatIsCompleteThereStaysFinalized() throws IOException {
        world.create(0, 6, 900, FINALIZED, BYTES);
        world.snapshot(1, T);

        rollback();

        assertOnDisk(6, FINALIZED, BYTES);
    }

    @Test
    void oneWithoutAByteAtTDoesNotComeBack() throws IOException {
        world.snapshot(1, T);
        world.create(0, 5, 900, OPEN, new byte[0]);
        world.recordOpen(1, 5);
        world.write(5, BYTES);
        world.create(1, 6, 901, OPEN, new byte[0]);
        world.recordOpen(1, 6);
        world.write(6, BYTES);
        world.finalizeReplica(6);
        world.delete(6);

        assertThat(rollback()).isEqualTo(new RollbackCounts(0, 0, 0, 1, 0));

        assertThat(world.onDisk()).isEmpty();
        assertThat(world.asOf(2, 5, 900)).hasValue(BYTES);
    }

    @Test
    void aStaleOneDoesNotComeBackLiveOrStored() throws IOException {
        world.openBlocks = new OpenBlocks(ImmutableMap.of(5L, 900L, 6L, 900L, 7L, 900L));
        for (long blockId = 5; blockId <= 7; blockId++) {
            world.create(0, blockId, 899, OPEN, BYTES);
        }
        world.snapshot(1, T);
        world.recordOpen(1, 5);
        world.recordOpen(1, 6);
        world.delete(6);
        world.finalizeReplica(7);
        world.delete(7);

        assertThat(rollback()).isEqualTo(new RollbackCounts(0, 0, 0, 1, 0));

        assertThat(world.onDisk()).isEmpty();
        assertThat(world.asOf(2, 5, 899)).hasValue(BYTES);
    }

    @Test
    void undoingItBringsTheCompleteBlockBack() throws IOException {
        world.create(0, 5, 900, FINALIZED, BYTES);
        world.snapshot(1, T);
        Map<Long, Seen> before = world.onDisk();
        rollback();
        world.truncate(5, NEW_STAMP + 1, 9_000);
        world.snapshot(3, NEW_STAMP + 2);
        world.openBlocks = OpenBlocks.NONE;

        world.rollback(2, SAFETY, 2 * NEW_STAMP);

        assertThat(world.onDisk()).isEqualTo(before);
    }
}
