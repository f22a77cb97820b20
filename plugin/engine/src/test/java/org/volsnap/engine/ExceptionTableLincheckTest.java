/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/** The exception tables behind their block's lock: once a chunk is preserved every read finds it. */
@Param(name = "chunk", gen = IntGen.class, conf = "0:1")
public class ExceptionTableLincheckTest {
    private final TinyEngine engine = new TinyEngine(1);

    @Operation
    public void preserve(@Param(name = "chunk") int chunk) {
        engine.preserve(chunk);
    }

    @Operation
    public boolean locate(@Param(name = "chunk") int chunk) {
        return engine.isStored(1, chunk);
    }

    @Test
    void isLinearizable() {
        new StressOptions()
                .iterations(25)
                .invocationsPerIteration(1500)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(1)
                .actorsAfter(2)
                .check(ExceptionTableLincheckTest.class);
    }
}
