/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.datanode.rollback.Blocks.random;
import static org.volsnap.model.VersionState.FINALIZED;

import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.datanode.rollback.RollbackWorld.Expected;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;

/**
 * Blocks from before Hadoop gave out ids and stamps in sequence. Their ids are random, of either sign, and their stamps
 * have a counter of their own below a limit, at which the sequential ones begin (BlockIdManager).
 */
class LegacyBlocksRollbackTest {
    private static final long LIMIT = 1_000;
    private static final StampFence T = new StampFence(1_200, 500, LIMIT, List.of());
    private static final StampFence SAFETY = new StampFence(1_900, 600, LIMIT, List.of());
    private static final RollbackEpoch TO_T = new RollbackEpoch(1, SnapshotId.ofRegistry(1), T, 2_000, false);
    private static final RollbackEpoch TO_SAFETY = new RollbackEpoch(2, SnapshotId.ofRegistry(2), SAFETY, 3_000, false);

    /** As random as they were; the first could be the id of a striped group. */
    private static final long NEGATIVE = -5_732_129_838_474_923_007L;

    private static final long POSITIVE = 8_414_034_519_913_127_911L;
    private static final long SEQUENTIAL = 1_073_741_825L;

    private final byte[] bytes = random(1, 30_001);

    @TempDir
    Path directory;

    private RollbackWorld world;

    @BeforeEach
    void open() throws IOException {
        world = new RollbackWorld(directory, 2);
        world.create(0, NEGATIVE, 400, FINALIZED, bytes);
        world.create(1, POSITIVE, 499, FINALIZED, bytes);
        world.create(0, SEQUENTIAL, 1_100, FINALIZED, bytes);
        world.snapshot(1, T);
    }

    @AfterEach
    void close() throws IOException {
        world.close();
    }

    private void assertAsOfT() throws IOException {
        assertThat(world.onDisk())
                .isEqualTo(new Expected()
                        .with(NEGATIVE, 400, FINALIZED, bytes)
                        .with(POSITIVE, 499, FINALIZED, bytes)
                        .with(SEQUENTIAL, 1_100, FINALIZED, bytes)
                        .map());
    }

    @Test
    void thoseThatWereNotChangedStay() throws IOException {
        world.snapshot(2, SAFETY);

        assertThat(world.rollback(TO_T)).isEqualTo(new RollbackCounts(3, 0, 0, 0, 0));

        assertAsOfT();
    }

    /** Their new stamps lie below T's sequential stamp, and above T's legacy stamp. */
    @Test
    void thoseThatWereChangedComeBackAndGoAgain() throws IOException {
        world.append(NEGATIVE, 501, random(2, 7_000));
        world.truncate(POSITIVE, 502, 9_001);
        world.append(SEQUENTIAL, 1_300, random(3, 100));
        byte[] appended = Bytes.concat(bytes, random(2, 7_000));
        world.snapshot(2, SAFETY);

        assertThat(world.rollback(TO_T)).isEqualTo(new RollbackCounts(0, 3, 0, 0, 0));
        assertAsOfT();
        assertThat(world.asOf(2, NEGATIVE, 501)).hasValue(appended);

        world.rollback(TO_SAFETY);
        assertThat(world.asOf(1, NEGATIVE, 400)).hasValue(bytes);
        assertThat(world.onDisk())
                .isEqualTo(new Expected()
                        .with(NEGATIVE, 501, FINALIZED, appended)
                        .with(POSITIVE, 502, FINALIZED, Arrays.copyOf(bytes, 9_001))
                        .with(SEQUENTIAL, 1_300, FINALIZED, Bytes.concat(bytes, random(3, 100)))
                        .map());
    }

    @Test
    void thoseThatWereDeletedComeBack() throws IOException {
        world.append(POSITIVE, 501, random(2, 7_000));
        world.delete(NEGATIVE);
        world.delete(POSITIVE);
        world.delete(SEQUENTIAL);
        world.snapshot(2, SAFETY);

        world.rollback(TO_T);

        assertAsOfT();
    }

    /** Deleted before T, and its stamp is one of T's: a copy that a DataNode brought later. */
    @Test
    void aReplicaWithALaterLegacyStampIsNotOfTheSnapshot() throws IOException {
        world.create(1, POSITIVE + 1, 501, FINALIZED, random(4, 500));
        world.create(1, POSITIVE + 2, 1_150, FINALIZED, random(5, 500));
        world.snapshot(2, SAFETY);

        assertThat(world.rollback(TO_T).removed()).isEqualTo(1);

        assertThat(world.onDisk()).containsKey(POSITIVE + 2).doesNotContainKey(POSITIVE + 1);
    }
}
