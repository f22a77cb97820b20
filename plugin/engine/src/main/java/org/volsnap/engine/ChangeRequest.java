/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;

import org.volsnap.model.ChunkRange;

/**
 * A change that the origin is about to make to one replica.
 *
 * @param replica as it is before
 * @param newStamp the stamp it will have; the present one when the change gives none
 * @param newLength the least length it will have once the change has begun
 * @param atRisk the chunks, of the present length, whose bytes or stored checksums the change destroys
 */
public record ChangeRequest(LiveReplica replica, long newStamp, long newLength, ChunkRange atRisk) {
    public ChangeRequest {
        requireNonNull(replica, "replica is null");
        requireNonNull(atRisk, "atRisk is null");
    }
}
