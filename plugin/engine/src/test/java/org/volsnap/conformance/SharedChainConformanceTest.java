/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same traces on one chain that all snapshots share, over a store of files: every byte read is the kernel's. */
class SharedChainConformanceTest {
    @TempDir
    Path directory;

    @Test
    void everyByteReadIsTheKernels() throws IOException {
        List<KernelVector> vectors = KernelVector.loadAll(KernelConformanceTest.folder());
        assertThat(vectors).isNotEmpty();
        Comparison comparison = new Comparison();
        for (KernelVector vector : vectors) {
            try {
                comparison.compareReads(vector, run(vector));
            } catch (Exception e) {
                comparison.failed(vector, e);
            }
        }
        new PrintStream(System.out, true, StandardCharsets.UTF_8).println(comparison.report("on one shared chain: "));
        assertThat(comparison.differences()).isEmpty();
    }

    private TraceRunner.Result run(KernelVector vector) throws Exception {
        return TraceRunner.run(
                vector, (machine, devices) -> new SharedChainTarget(machine, devices, vector, directory));
    }
}
