/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import org.volsnap.store.ExceptionStore;
import org.volsnap.store.OverflowPolicy;
import org.volsnap.store.WholeReplicaStore;

/** The stores of a storage volume while the engine has them. Safe for many threads. */
final class AttachedStore {
    private final VolumeStore volume;
    private final String id;
    private volatile boolean present = true;

    AttachedStore(VolumeStore volume) {
        this.volume = volume;
        this.id = volume.exceptions().id();
    }

    String id() {
        return id;
    }

    ExceptionStore exceptions() {
        return volume.exceptions();
    }

    WholeReplicaStore replicas() {
        return volume.replicas();
    }

    OverflowPolicy overflow() {
        return volume.overflow();
    }

    /** Whether the storage volume is here. What an absent one holds may come back. */
    boolean isPresent() {
        return present;
    }

    void detach() {
        present = false;
    }

    @Override
    public String toString() {
        return "store " + id + (present ? "" : " (absent)");
    }
}
