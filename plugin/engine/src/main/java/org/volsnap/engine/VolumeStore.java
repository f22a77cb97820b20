/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;

import org.volsnap.store.ExceptionStore;
import org.volsnap.store.OverflowPolicy;
import org.volsnap.store.WholeReplicaStore;

/**
 * The stores of one storage volume and block pool.
 *
 * @param exceptions header and chunk exceptions
 * @param replicas whole replicas
 * @param overflow what becomes of a snapshot's version when a write of the snapshot itself can't be stored; a {@link
 *     org.volsnap.store.SingleSnapshotStore} has its own answer
 */
public record VolumeStore(ExceptionStore exceptions, WholeReplicaStore replicas, OverflowPolicy overflow) {
    public VolumeStore {
        requireNonNull(exceptions, "exceptions is null");
        requireNonNull(replicas, "replicas is null");
        requireNonNull(overflow, "overflow is null");
    }

    /** A snapshot's write that can't be stored fails, and that is all. */
    public VolumeStore(ExceptionStore exceptions, WholeReplicaStore replicas) {
        this(exceptions, replicas, OverflowPolicy.KEEP_READABLE);
    }
}
