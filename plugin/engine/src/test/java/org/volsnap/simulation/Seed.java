/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.util.Optional;

/** @param number what a history follows from */
record Seed(long number) {
    /** How it went wrong, with the command that repeats it; empty when it went well. */
    Optional<String> run() {
        History history = new History(number);
        try {
            history.run();
            return Optional.empty();
        } catch (IOException | RuntimeException | AssertionError e) {
            return Optional.of(("seed %d: %s%n    mvn -o -q -pl plugin/engine test -Dtest=SimulationTest"
                            + " -Dvolsnap.seed=%d%nafter %s%n%s")
                    .formatted(number, e.getMessage(), number, history.trace(), Throwables.getStackTraceAsString(e)));
        }
    }
}
