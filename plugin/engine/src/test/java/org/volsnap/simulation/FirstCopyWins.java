/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.util.Arrays;
import java.util.Objects;
import org.volsnap.model.ChunkContent;

/**
 * A chunk is preserved once in a version. Only where a fault kept the first copy from counting a second one may be made,
 * and then of the same bytes. What a snapshot writes itself is no copy.
 */
final class FirstCopyWins {
    private FirstCopyWins() {}

    /** A store has acknowledged a copy of a chunk of this block. */
    static void check(Ledger ledger, Ledger.Chunk copied, ChunkContent content, boolean isHarmed) {
        int sum = Arrays.hashCode(SimulatedOrigin.bytes(content.data()));
        Integer before = ledger.acknowledged(copied, sum);
        if (before != null && !ledger.isPrivate(copied.version()) && !(isHarmed && Objects.equals(before, sum))) {
            throw new AssertionError("FirstCopyWins: chunk " + copied.chunk() + " of version " + copied.version()
                    + " was copied again, " + (before == sum ? "the same bytes" : "other bytes"));
        }
    }
}
