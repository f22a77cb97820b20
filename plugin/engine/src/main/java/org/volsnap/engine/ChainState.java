/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;

/**
 * The chain at one moment.
 *
 * @param links the snapshots
 * @param leaving snapshots that are being dropped or adopted: they may still own something, and see nothing
 */
record ChainState(ImmutableSortedMap<SnapshotId, ChainLink> links, ImmutableSortedSet<SnapshotId> leaving) {
    static ChainState of(List<ChainLink> links) {
        ImmutableSortedMap.Builder<SnapshotId, ChainLink> sorted = ImmutableSortedMap.naturalOrder();
        links.forEach(link -> sorted.put(link.id(), link));
        return new ChainState(sorted.buildOrThrow(), ImmutableSortedSet.of());
    }

    boolean isEmpty() {
        return links.isEmpty();
    }

    Optional<ChainLink> find(SnapshotId id) {
        return Optional.ofNullable(links.get(id));
    }

    /**
     * The newest snapshot that contains this stamp: what is preserved of a replica is preserved for it. Mostly that is
     * the newest of all, or none. After a rollback that was undone it can be an older one.
     */
    @Nullable
    ChainLink newestWith(long stamp) {
        Map.Entry<SnapshotId, ChainLink> newest = links.lastEntry();
        if (newest == null) {
            return null;
        }
        if (newest.getValue().fence().contains(stamp)) {
            return newest.getValue(); // without walking: this is on every change's way
        }
        for (ChainLink link : links.descendingMap().values()) {
            if (link.fence().contains(stamp)) {
                return link;
            }
            if (link.fence().isBefore(stamp)) {
                return null; // and older ones too
            }
        }
        return null;
    }

    /**
     * The newest snapshot whose T is known and that contains both stamps: a change from one to the other that is made now
     * comes after T all the same. Mostly none: the second stamp is a fresh one.
     */
    @Nullable
    ChainLink newestWithBoth(long stamp, long replacedByStamp) {
        for (ChainLink link : links.descendingMap().values()) {
            StampFence fence = link.fence();
            if (!fence.isOpen()) {
                if (fence.isBefore(replacedByStamp)) {
                    return null; // and older ones too
                }
                if (fence.contains(replacedByStamp) && fence.contains(stamp)) {
                    return link;
                }
            }
        }
        return null;
    }

    /** The older snapshots, the next one first. */
    List<ChainLink> olderThan(SnapshotId id) {
        return links.headMap(id, false).descendingMap().values().asList();
    }

    /** All that may own what this snapshot sees, oldest first. */
    Iterable<SnapshotId> ownersFrom(SnapshotId id) {
        return ImmutableSortedSet.<SnapshotId>naturalOrder()
                .addAll(links.tailMap(id, true).keySet())
                .addAll(leaving.tailSet(id, true))
                .build();
    }

    /** All that may own anything, oldest first. */
    Iterable<SnapshotId> owners() {
        return ImmutableSortedSet.<SnapshotId>naturalOrder()
                .addAll(links.keySet())
                .addAll(leaving)
                .build();
    }

    ChainState with(ChainLink link) {
        ImmutableSortedMap.Builder<SnapshotId, ChainLink> more = ImmutableSortedMap.naturalOrder();
        more.putAll(without(link.id()).links());
        more.put(link.id(), link);
        return new ChainState(more.buildOrThrow(), leaving);
    }

    ChainState withLeaving(SnapshotId id) {
        return new ChainState(
                without(id).links(),
                ImmutableSortedSet.<SnapshotId>naturalOrder()
                        .addAll(leaving)
                        .add(id)
                        .build());
    }

    /** Neither in the chain nor leaving. */
    ChainState without(SnapshotId id) {
        ImmutableSortedMap.Builder<SnapshotId, ChainLink> fewer = ImmutableSortedMap.naturalOrder();
        links.values().stream().filter(link -> !link.id().equals(id)).forEach(link -> fewer.put(link.id(), link));
        return new ChainState(
                fewer.buildOrThrow(),
                leaving.stream()
                        .filter(other -> !other.equals(id))
                        .collect(ImmutableSortedSet.toImmutableSortedSet(SnapshotId::compareTo)));
    }
}
