/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.volsnap.testing.VolsnapCluster;

/**
 * Files that are changed after T in two steps: before and after the thing that a test is about. For blocks of 256 KiB.
 */
final class TwoSteps {
    static final String ROOT = "/data";
    private static final int LENGTH = 400_000;
    private static final List<String> NAMES = List.of(
            "kept",
            "cut",
            "appended",
            "deleted",
            "overwritten",
            "cutLater",
            "appendedLater",
            "deletedLater",
            "cutAndDeleted",
            "appendedAndCut");

    private final VolsnapCluster cluster;
    private final Wreckage wreckage;

    TwoSteps(VolsnapCluster cluster, long seed) throws IOException {
        this.cluster = cluster;
        this.wreckage = new Wreckage(cluster, seed);
    }

    static Path file(String name) {
        return new Path(ROOT, name);
    }

    /** Every file there is; each has two blocks. */
    static List<Path> files() {
        return NAMES.stream().map(TwoSteps::file).toList();
    }

    void fill() throws IOException {
        for (Path file : files()) {
            wreckage.write(file, LENGTH);
        }
    }

    void first() throws IOException {
        wreckage.truncate(file("cut"), 300_000);
        wreckage.append(file("appended"), 100_000);
        cluster.fileSystem().delete(file("deleted"), false);
        wreckage.write(file("overwritten"), 90_000);
        wreckage.truncate(file("cutAndDeleted"), 100_000);
        wreckage.append(file("appendedAndCut"), 50_000);
        wreckage.write(file("new"), 300_000);
        cluster.waitForDeletions();
    }

    void second() throws IOException {
        wreckage.truncate(file("cutLater"), 300_000);
        wreckage.append(file("cut"), 200_000);
        wreckage.append(file("appendedLater"), 100_000);
        cluster.fileSystem().delete(file("deletedLater"), false);
        cluster.fileSystem().delete(file("cutAndDeleted"), false);
        wreckage.truncate(file("appendedAndCut"), 280_000);
        wreckage.write(file("newer"), 300_000);
        cluster.waitForDeletions();
    }

    FileSystemState state() throws IOException {
        return FileSystemState.capture(cluster.fileSystem(), ROOT);
    }
}
