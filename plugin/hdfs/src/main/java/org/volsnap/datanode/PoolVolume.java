/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.volsnap.engine.VolumeStore;

/**
 * A storage volume as one block pool uses it.
 *
 * @param root the storage directory: what holds {@code current/} and {@code volsnap/}
 * @param store the pool's stores on it
 */
public record PoolVolume(Path root, VolumeStore store) {
    public PoolVolume {
        requireNonNull(root, "root is null");
        requireNonNull(store, "store is null");
    }

    /** Whether the stores could not be opened: what lies in {@link #volsnap} may be somebody else's. */
    public boolean isStoreAbsent() {
        return store.exceptions() instanceof AbsentStore;
    }

    /** Where Hadoop keeps the pool's replicas, on this storage volume. */
    public Path current(String blockPoolId) {
        return root.resolve("current").resolve(blockPoolId).resolve("current");
    }

    /** Where volsnap keeps what belongs to the pool, on this storage volume. */
    public Path volsnap(String blockPoolId) {
        return root.resolve("volsnap").resolve(blockPoolId);
    }
}
