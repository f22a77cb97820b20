/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static java.util.Objects.requireNonNull;

import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;

/**
 * One rollback of the cluster.
 *
 * @param number 1, 2, ... in the order in which they are applied
 * @param target the snapshot that the cluster went back to
 * @param fence what existed at its T
 * @param newStamp no stamp at or above it was given out before this rollback
 * @param leftOut this DataNode was left out of the target: nothing that it held at T counts
 */
public record RollbackEpoch(long number, SnapshotId target, StampFence fence, long newStamp, boolean leftOut) {
    public RollbackEpoch {
        requireNonNull(target, "target is null");
        requireNonNull(fence, "fence is null");
    }

    /** Whether a replica with this stamp was written after the rollback, which then has nothing to say about it. */
    public boolean isLater(long stamp) {
        return stamp >= newStamp;
    }
}
