/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/** Gate, conflicting reads and completion together: changes take turns, and the snapshot reads 0 for ever. */
@Param(name = "chunk", gen = IntGen.class, conf = "0:1")
public class GateLincheckTest {
    private final TinyEngine engine = new TinyEngine(1);

    @Operation
    public int change(@Param(name = "chunk") int chunk, @Param(gen = IntGen.class, conf = "1:9") int value) {
        return engine.change(chunk, value);
    }

    @Operation
    public int read(@Param(name = "chunk") int chunk) {
        return engine.read(1, chunk);
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
                .check(GateLincheckTest.class);
    }
}
