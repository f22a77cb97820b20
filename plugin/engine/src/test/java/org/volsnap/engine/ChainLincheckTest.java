/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/** The newest snapshot is dropped under changes and reads: the older one reads 0 for ever, from either place. */
@Param(name = "chunk", gen = IntGen.class, conf = "0:1")
public class ChainLincheckTest {
    private final TinyEngine engine = new TinyEngine(2);

    @Operation
    public int change(@Param(name = "chunk") int chunk, @Param(gen = IntGen.class, conf = "1:9") int value) {
        return engine.change(chunk, value);
    }

    @Operation
    public int readOlder(@Param(name = "chunk") int chunk) {
        return engine.read(1, chunk);
    }

    @Operation
    public void dropNewer() {
        engine.drop(2);
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
                .check(ChainLincheckTest.class);
    }
}
