/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Zeros ahead of the log: when there are any, and that they are never in the way. */
class SegmentOutputTest {
    private static final Path DIRECTORY = Path.of("/volume");
    private static final Path FILE = DIRECTORY.resolve("segment");
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final int START = 64;
    private static final int ZEROS = 64 << 10;

    private final CrashFiles files = new CrashFiles();
    private SegmentOutput output;

    @BeforeEach
    void open() throws IOException {
        files.createDirectories(DIRECTORY);
        StoreFile file = files.openWrite(FILE);
        file.write(ByteBuffer.allocate(START), 0);
        output = new SegmentOutput(file, START, SEGMENT_BYTES);
    }

    private void commit(int start, int length) throws IOException {
        put(start, length);
        output.write();
        output.force();
    }

    private void put(int start, int length) throws IOException {
        output.begin(start);
        byte[] batch = new byte[length];
        Arrays.fill(batch, (byte) 1);
        output.put(ByteBuffer.wrap(batch));
    }

    @Test
    void theNextBatchesLieInTheZerosBehindASmallOne() throws IOException {
        commit(START, 800);
        assertThat(files.length(FILE)).isEqualTo(START + 800 + ZEROS);
        int forces = files.fileForces();
        for (int batch = 1; batch <= ZEROS / 800; batch++) {
            commit(START + batch * 800, 800);
            assertThat(files.length(FILE)).isEqualTo(START + 800 + ZEROS);
            assertThat(files.fileForces()).isEqualTo(forces + batch);
        }
        commit(START + (ZEROS / 800 + 1) * 800, 800);
        assertThat(files.length(FILE)).isGreaterThan(START + 800 + ZEROS);
    }

    @Test
    void whatIsForcedIsDurableWithTheZerosBehindIt() throws IOException {
        commit(START, 800);
        put(START + 800, 8);
        output.write();
        assertThat(files.forced(FILE)[START + 800]).isZero();
        output.force();
        byte[] forced = files.forced(FILE);
        assertThat(forced).hasSize(START + 800 + ZEROS);
        for (int at = START; at < forced.length; at++) {
            assertThat(forced[at]).isEqualTo((byte) (at < START + 808 ? 1 : 0));
        }
    }

    @Test
    void thereIsRoomForSixteenOfALongerBatch() throws IOException {
        commit(START, 10_000);
        assertThat(files.length(FILE)).isEqualTo(START + 17 * 10_000);
    }

    @Test
    void aLargeBatchWritesNoZeros() throws IOException {
        commit(START, 67_000);
        assertThat(files.length(FILE)).isEqualTo(START + 67_000);
    }

    @Test
    void zerosEndWithTheSegment() throws IOException {
        commit(START, 500_000);
        commit(START + 500_000, 40_000);
        assertThat(files.length(FILE)).isEqualTo(SEGMENT_BYTES);
        commit(SEGMENT_BYTES - 800, 800);
        assertThat(files.length(FILE)).isEqualTo(SEGMENT_BYTES);
    }

    @Test
    void aFullDiskGetsTheZerosBack() throws IOException {
        files.limitCapacity(START + 10_000);
        commit(START, 8_000);
        assertThat(files.length(FILE)).isEqualTo(START + 8_000);
        commit(START + 8_000, 800);
        assertThat(files.length(FILE)).isEqualTo(START + 8_800);
    }

    @Test
    void zerosAreCutOffAtTheEnd() throws IOException {
        commit(START, 800);
        output.closeAt(START + 800);
        assertThat(files.length(FILE)).isEqualTo(START + 800);
    }
}
