/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The engine's answers to every vector against the kernel's. {@code -Dvolsnap.vectors=DIR} names another folder of
 * vectors, or one vector.
 */
class KernelConformanceTest {
    private static final Path BESIDE_THE_TESTS = Path.of("src/test/resources/vectors");

    private static final Path REPOSITORY = Path.of("../..");

    /** What the property names, seen from the module or from the repository. */
    static Path folder() {
        String given = System.getProperty("volsnap.vectors", "");
        if (given.isBlank()) {
            return BESIDE_THE_TESTS;
        }
        Path folder = Path.of(given);
        return Files.exists(folder) ? folder : REPOSITORY.resolve(folder);
    }

    @Test
    void everyAnswerIsTheKernels() throws IOException {
        List<KernelVector> vectors = KernelVector.loadAll(folder());
        assertThat(vectors).isNotEmpty();
        Comparison comparison = new Comparison();
        for (KernelVector vector : vectors) {
            try {
                comparison.compare(vector, TraceRunner.run(vector, KernelTarget::new));
            } catch (Exception e) {
                comparison.failed(vector, e);
            }
        }
        new PrintStream(System.out, true, StandardCharsets.UTF_8).println(comparison.report(""));
        assertThat(comparison.differences()).isEmpty();
    }
}
