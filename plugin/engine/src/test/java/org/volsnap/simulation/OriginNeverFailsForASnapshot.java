/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.io.IOException;
import org.volsnap.engine.OriginChange;

/** Whatever trouble a snapshot is in, a change of the origin gets through. */
final class OriginNeverFailsForASnapshot {
    interface Gate {
        OriginChange pass() throws IOException;
    }

    private OriginNeverFailsForASnapshot() {}

    /** Passes the gate, and fails when the gate does. */
    static OriginChange check(Gate gate) {
        try {
            return gate.pass();
        } catch (IOException | RuntimeException e) {
            throw new AssertionError("OriginNeverFailsForASnapshot: a change did not get through", e);
        }
    }
}
