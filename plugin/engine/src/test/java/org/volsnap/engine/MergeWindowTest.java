/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;

/** A merge of more than is in memory at a time. */
class MergeWindowTest {
    private static final long BLOCK = EngineBench.BLOCK;
    private static final int MORE_THAN_A_WINDOW = (3 * EngineSettings.LEAST_COPIES_IN_FLIGHT + 1) * 512 + 100;

    @Test
    void everyChunkComesBackAndANewerSnapshotKeepsItsView(@TempDir Path directory) throws Exception {
        byte[] then = EngineBench.bytes(MORE_THAN_A_WINDOW, 1);
        byte[] now = EngineBench.bytes(20_000, 2);
        try (EngineBench bench = new EngineBench(directory, 2)) {
            BlockKey key = bench.create(BLOCK, then).key();
            SnapshotId older = bench.snapshot(1);
            bench.truncate(BLOCK, 0);
            bench.append(BLOCK, now);
            BlockKey newKey = bench.origin.replica(BLOCK).key();
            SnapshotId newer = bench.snapshot(2);
            VersionHeader version =
                    bench.engine().versions(older).stream().findFirst().orElseThrow();

            bench.engine().merge(version, bench.origin.replica(BLOCK), bench.origin.writer(BLOCK, -1));

            assertThat(bench.origin.data(BLOCK)).isEqualTo(then);
            assertThat(bench.read(older, key)).isEqualTo(then);
            assertThat(bench.read(newer, newKey)).isEqualTo(now);
        }
    }
}
