/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The storage volumes' stores that are here. Safe for many threads. */
final class Volumes {
    private final CopyOnWriteArrayList<AttachedStore> attached = new CopyOnWriteArrayList<>();
    private final Set<String> away = ConcurrentHashMap.newKeySet();

    List<AttachedStore> all() {
        return attached;
    }

    void attach(AttachedStore store) {
        attached.add(store);
        away.remove(store.id());
    }

    /** Whether no store that was here is away. */
    boolean isComplete() {
        return away.isEmpty();
    }

    /** Forgets the stores of this id; what rests on them is lost until they come back. */
    Optional<AttachedStore> detach(String id) {
        Optional<AttachedStore> found = find(id);
        found.ifPresent(store -> {
            away.add(id);
            store.detach();
            attached.remove(store);
        });
        return found;
    }

    Optional<AttachedStore> find(String id) {
        for (AttachedStore store : attached) {
            if (store.id().equals(id)) {
                return Optional.of(store);
            }
        }
        return Optional.empty();
    }

    /** The attached stores of a replica's volume; a volume that is not attached counts as absent. */
    AttachedStore of(LiveReplica replica) {
        return find(replica.volume().exceptions().id()).orElseGet(() -> {
            AttachedStore absent = new AttachedStore(replica.volume());
            absent.detach();
            return absent;
        });
    }
}
