/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.io.IOException;

/** The operations of {@link OriginFirstTouchBenchmark} and {@link CopiedBenchmark}, against the plain ones in turns. */
public final class EngineRatios {
    private static final int[] CHUNK_BYTES = {4 << 10, 16 << 10, 64 << 10};
    private static final int[] SNAPSHOTS = {1, 8, 32};
    private static final int FIRST_TOUCHES = 150;
    private static final int COPIED = 4000;

    private EngineRatios() {}

    public static void main(String[] arguments) throws IOException {
        for (int chunkBytes : CHUNK_BYTES) {
            firstTouch(chunkBytes, 1);
            firstTouch(chunkBytes, 32);
        }
        for (int snapshots : SNAPSHOTS) {
            copied(snapshots);
        }
    }

    private static void firstTouch(int chunkBytes, int snapshots) throws IOException {
        OriginFirstTouchBenchmark work = new OriginFirstTouchBenchmark();
        work.chunkBytes = chunkBytes;
        work.snapshots = snapshots;
        work.open();
        new Interleaved("first touch " + (chunkBytes >> 10) + " KiB, " + snapshots, FIRST_TOUCHES, work::snapshot)
                .with("in place", work::leastPossible)
                .with("growing", work::leastPossibleGrowing)
                .with("engine", work::engine)
                .run(System.out);
        work.close();
    }

    private static void copied(int snapshots) throws IOException {
        CopiedBenchmark work = new CopiedBenchmark();
        work.snapshots = snapshots;
        work.open();
        new Interleaved("copied, write, " + snapshots, COPIED, () -> {})
                .with("engine", work::originWrite)
                .with("plain", work::plainWrite)
                .run(System.out);
        new Interleaved("copied, read, " + snapshots, COPIED, () -> {})
                .with("engine", work::snapshotRead)
                .with("plain", work::plainRead)
                .run(System.out);
        new Interleaved("memory again, " + snapshots, COPIED, () -> {})
                .with("engine", work::snapshotReadReused)
                .with("plain", work::plainReadReused)
                .with("plain, checked", work::plainReadChecked)
                .with("plain, store", work::plainReadOfTheStore)
                .run(System.out);
        work.close();
    }
}
