/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.volsnap.engine.ChainLink;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.StampRange;

/** The naive way: each snapshot is a copy of everything. Also what the registry knows. Safe for many threads. */
final class Model {
    /** A snapshot's T, and all that was there. */
    record Copy(StampFence fence, Map<BlockKey, byte[]> blocks) {}

    private final TreeMap<SnapshotId, Copy> copies = new TreeMap<>();
    private final Map<SnapshotId, SnapshotId> adoptions = new HashMap<>();
    private @Nullable SnapshotId provisional;
    private long lastRegistry;
    private long lastStamp = 1000;
    private List<StampRange> abandoned = List.of();

    synchronized long nextStamp() {
        return ++lastStamp;
    }

    synchronized StampFence fence() {
        return new StampFence(lastStamp, 0, 0, abandoned);
    }

    /** All is as it was at this snapshot's T; what was given out since is taken back. */
    synchronized void rolledBack(SnapshotId target) {
        StampFence then =
                requireNonNull(copies.get(target), "the target is gone").fence();
        abandoned = Stream.concat(then.abandoned().stream(), Stream.of(new StampRange(then.stamp() + 1, lastStamp)))
                .toList();
    }

    synchronized SnapshotId nextId() {
        return SnapshotId.ofRegistry(++lastRegistry);
    }

    /** From now on the registry can't be asked. */
    synchronized SnapshotId beginProvisional() {
        provisional = SnapshotId.provisionalAfter(lastRegistry);
        return provisional;
    }

    synchronized Optional<SnapshotId> provisional() {
        return Optional.ofNullable(provisional);
    }

    /** It can be asked again. */
    synchronized void endProvisional() {
        provisional = null;
    }

    /** The registry's snapshot gets what the provisional one owns; kept for a restart in the middle. */
    synchronized void adopts(SnapshotId real, SnapshotId from) {
        adoptions.put(from, real);
    }

    synchronized Optional<SnapshotId> adopterOf(SnapshotId from) {
        return Optional.ofNullable(adoptions.get(from)).filter(copies::containsKey);
    }

    synchronized void put(SnapshotId id, StampFence fence, Map<BlockKey, byte[]> blocks) {
        copies.put(id, new Copy(fence, blocks));
    }

    synchronized void drop(SnapshotId id) {
        copies.remove(id);
    }

    synchronized Optional<Copy> find(SnapshotId id) {
        return Optional.ofNullable(copies.get(id));
    }

    synchronized List<SnapshotId> ids() {
        return List.copyOf(copies.keySet());
    }

    synchronized Optional<SnapshotId> any(Random random) {
        return copies.isEmpty() ? Optional.empty() : Optional.of(ids().get(random.nextInt(copies.size())));
    }

    /** What a restarted engine is told. */
    synchronized List<ChainLink> chain() {
        List<ChainLink> links = new ArrayList<>();
        copies.forEach((id, copy) -> links.add(new ChainLink(id, copy.fence())));
        provisional().ifPresent(id -> links.add(new ChainLink(id, StampFence.OPEN)));
        return links;
    }
}
