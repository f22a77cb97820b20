/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.volsnap.testing.BusyWriters;
import org.volsnap.testing.VolsnapCluster;

/** Blocks are begun, filled up and closed while snapshots are taken: small ones, by writers that never rest. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BusyWritersTest {
    private static final int BLOCK = 1 << 18;

    /** One seed by default; {@code -Dvolsnap.rounds=20} for more. */
    static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("volsnap.rounds", 1));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatTheyHadFlushedComesBackAndNothingLater(long seed, @TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster =
                VolsnapCluster.builder(dir).blockSize(BLOCK).build()) {
            OpenFileCheck first;
            OpenFileCheck second;
            try (BusyWriters writers = new BusyWriters(cluster.fileSystem(), "/busy", 3, seed)) {
                writers.awaitProgress(BLOCK / 2);
                first = OpenFileCheck.create(cluster, "first", writers.files());
                writers.awaitProgress(BLOCK);
                second = OpenFileCheck.create(cluster, "second", writers.files());
                writers.awaitProgress(BLOCK / 2);
                new Rollback(cluster).to("second");
            }
            second.assertHolds();
            new Rollback(cluster).to("first");
            first.assertHolds();
        }
    }
}
