/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;

import org.volsnap.store.ExceptionStore;
import org.volsnap.store.WholeReplicaStore;

/**
 * The stores of one storage volume and block pool.
 *
 * @param exceptions header and chunk exceptions
 * @param replicas whole replicas
 */
public record VolumeStore(ExceptionStore exceptions, WholeReplicaStore replicas) {
    public VolumeStore {
        requireNonNull(exceptions, "exceptions is null");
        requireNonNull(replicas, "replicas is null");
    }
}
