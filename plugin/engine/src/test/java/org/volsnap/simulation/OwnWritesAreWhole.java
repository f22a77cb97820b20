/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.io.IOException;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;

/** A chunk that a snapshot wrote is as after the last write that succeeded, or a later one: never older, never a mixture. */
final class OwnWritesAreWhole {
    private OwnWritesAreWhole() {}

    /** A chunk was read. */
    static void check(SnapshotId snapshot, BlockKey key, long chunk, boolean possible) {
        if (!possible) {
            throw new AssertionError("OwnWritesAreWhole: chunk " + chunk + " of " + key + " in snapshot " + snapshot
                    + " is nothing that was written");
        }
    }

    /** A write failed, while the snapshot was there. */
    static void check(SnapshotId snapshot, BlockKey key, IOException failure, Harm harm) {
        if (!harm.isOf(key.blockId())) {
            throw new AssertionError(
                    "OwnWritesAreWhole: " + key + " in snapshot " + snapshot + " just can't be written", failure);
        }
    }
}
