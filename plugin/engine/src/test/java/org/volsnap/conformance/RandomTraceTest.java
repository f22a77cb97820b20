/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random traces against a naive model of the kernel's snapshots: several on one origin, each with its own chunk size and
 * room, drops, power cuts, merges under I/O, slow devices. {@code -Dvolsnap.random.first} and {@code
 * -Dvolsnap.random.count} choose other seeds.
 */
class RandomTraceTest {
    private static final int OPS = 120;

    static LongStream seeds() {
        long first = Long.getLong("volsnap.random.first", 1);
        return LongStream.range(first, first + Long.getLong("volsnap.random.count", 40));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyAnswerIsTheModels(long seed) throws Exception {
        KernelVector trace = RandomTrace.make(seed, OPS);
        Comparison comparison = new Comparison();
        comparison.compare(trace, TraceRunner.run(trace, KernelTarget::new));
        assertThat(comparison.differences()).as("seed %s", seed).isEmpty();
    }
}
