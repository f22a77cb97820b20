/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More copies than may be in flight, over a store that commits only when nothing is. */
class CopiesInFlightTest {
    private static final int CHUNK_SECTORS = 128;

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void aLongChangeIsNotHeldUpByItsOwnCopies() throws IOException {
        int sectors = 600 * CHUNK_SECTORS;
        try (DeviceBench bench = new DeviceBench(directory, sectors, 1)) {
            bench.snapshot(1, CHUNK_SECTORS, sectors + 8 * CHUNK_SECTORS);
            byte[] atFirst = bench.origin.content();
            bench.write(0, sectors, 2);
            assertThat(bench.view(1)).isEqualTo(atFirst);
            assertThat(bench.engine(1).status().completed()).isEqualTo(600);
        }
    }
}
