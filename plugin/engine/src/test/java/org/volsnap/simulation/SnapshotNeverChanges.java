/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.util.Arrays;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;

/** Whatever happens, a snapshot reads the bytes that were there at its T, or nothing. */
final class SnapshotNeverChanges {
    private SnapshotNeverChanges() {}

    static void check(SnapshotId snapshot, BlockKey key, byte[] expected, byte[] read) {
        int difference = Arrays.mismatch(expected, read);
        if (difference >= 0) {
            throw new AssertionError("SnapshotNeverChanges: %s in snapshot %s differs at byte %d (%d bytes, %d at T)"
                    .formatted(key, snapshot, difference, read.length, expected.length));
        }
    }
}
