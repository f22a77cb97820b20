/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;

import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionState;

/**
 * A replica of the origin as it is now. A snapshot of its state: by the next moment it may have changed.
 *
 * @param key block and present stamp
 * @param length bytes, acknowledged ones for a replica that is being written
 * @param state FINALIZED, or OPEN while it is written or waits for recovery
 * @param checksumHeader first bytes of the meta file
 * @param volume the stores of the storage volume on which it lies
 * @param files its files now; never remembered, the balancer moves them
 */
public record LiveReplica(
        BlockKey key, long length, VersionState state, byte[] checksumHeader, VolumeStore volume, ReplicaFiles files) {
    public LiveReplica {
        requireNonNull(key, "key is null");
        requireNonNull(state, "state is null");
        requireNonNull(volume, "volume is null");
        requireNonNull(files, "files is null");
    }
}
