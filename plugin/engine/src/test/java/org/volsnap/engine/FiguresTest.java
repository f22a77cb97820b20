/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.SnapshotId;

/** What is said to be lost while a storage volume is away. A bench's block lies on the volume of its id modulo two. */
@Timeout(60)
class FiguresTest {
    private static final byte[] DATA = EngineBench.bytes(4 * 512 + 100, 1);

    @TempDir
    Path directory;

    private static long lost(EngineBench bench, SnapshotId id) {
        return requireNonNull(bench.engine().status().snapshots().get(id)).lostVersions();
    }

    @Test
    void whatAStoreHeldIsLostForTheSnapshotsThatSawItUntilItIsBack() throws IOException {
        try (EngineBench bench = new EngineBench(directory, 2)) {
            bench.create(2, DATA);
            bench.create(3, DATA);
            bench.create(5, DATA);
            SnapshotId first = bench.snapshot(1);
            bench.truncate(3, 0);
            bench.delete(5);
            bench.create(7, DATA);
            SnapshotId second = bench.snapshot(2);
            bench.delete(7);
            bench.truncate(2, 0);

            bench.engine().removeVolume(bench.volume(1));
            assertThat(lost(bench, first)).isEqualTo(2);
            assertThat(lost(bench, second)).isEqualTo(1);

            bench.engine().addVolume(bench.reopened(1));
            assertThat(lost(bench, first)).isZero();
            assertThat(lost(bench, second)).isZero();
        }
    }

    @Test
    void anOlderSnapshotLosesWhatANewerOneOwns() throws IOException {
        try (EngineBench bench = new EngineBench(directory, 2)) {
            bench.create(3, DATA);
            SnapshotId first = bench.snapshot(1);
            SnapshotId second = bench.snapshot(2);
            bench.delete(3);

            bench.engine().removeVolume(bench.volume(1));

            assertThat(lost(bench, first)).isEqualTo(1);
            assertThat(lost(bench, second)).isEqualTo(1);
        }
    }

    @Test
    void aVersionWhoseBaseWasKeptElsewhereIsLostWithIt() throws IOException {
        try (EngineBench bench = new EngineBench(directory, 2)) {
            bench.create(3, DATA);
            SnapshotId first = bench.snapshot(1);
            bench.append(3, DATA);
            bench.origin.move(3, bench.volume(0));
            bench.delete(3);

            bench.engine().removeVolume(bench.volume(0));

            assertThat(lost(bench, first)).isEqualTo(1);
        }
    }
}
