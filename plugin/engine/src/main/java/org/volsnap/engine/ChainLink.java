/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;

import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;

/**
 * A snapshot's place in the chain.
 *
 * @param id orders it
 * @param fence what existed at its T; {@link StampFence#OPEN} while T is not known
 */
public record ChainLink(SnapshotId id, StampFence fence) {
    public ChainLink {
        requireNonNull(id, "id is null");
        requireNonNull(fence, "fence is null");
    }
}
