/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.io.IOException;
import org.volsnap.engine.CowEngine;
import org.volsnap.engine.EngineStatus.SnapshotStatus;
import org.volsnap.engine.VersionView;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.VersionLostException;

/**
 * What a snapshot has lost is said to be lost, in the status too, and never just absent; and nothing is lost for which no
 * fault is to blame.
 */
final class LostIsNeverSilent {
    private LostIsNeverSilent() {}

    /** A block version that was there at T. */
    static VersionView check(SnapshotId snapshot, BlockKey key, CowEngine engine) throws IOException {
        return engine.view(snapshot, key)
                .orElseThrow(
                        () -> new AssertionError("LostIsNeverSilent: snapshot " + snapshot + " does not see " + key));
    }

    /** A read has failed. */
    static void check(SnapshotId snapshot, BlockKey key, IOException failure, CowEngine engine, Harm harm) {
        if (!(failure instanceof VersionLostException)) {
            throw new AssertionError("LostIsNeverSilent: " + key + " in " + snapshot + " just can't be read", failure);
        }
        if (!harm.isOf(key.blockId())) {
            throw new AssertionError(
                    "LostIsNeverSilent: " + key + " in " + snapshot + " is lost for no reason", failure);
        }
        SnapshotStatus status = engine.status().snapshots().get(snapshot);
        if (status == null || status.lostVersions() == 0) {
            throw new AssertionError(
                    "LostIsNeverSilent: the status of " + snapshot + " says nothing of " + key, failure);
        }
    }
}
