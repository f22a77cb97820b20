/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.engine.EngineStatus.SnapshotStatus;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.WholeReplica;

/**
 * What {@code status} says. What a store that is away held is counted once, when it goes: no snapshot that comes later sees
 * any of it, and a drop hands down what the older ones see. Safe for many threads.
 */
final class Figures {
    private static final Logger LOG = LoggerFactory.getLogger(Figures.class);

    private final EngineContext context;
    private final BlockIndex index;

    /** By the id of a store that is away: how many block versions each snapshot sees in it. */
    private final ConcurrentMap<String, Map<SnapshotId, Long>> away = new ConcurrentHashMap<>();

    Figures(EngineContext context, BlockIndex index) {
        this.context = context;
        this.index = index;
    }

    EngineStatus status() {
        Map<SnapshotId, SnapshotStatus> snapshots = new TreeMap<>();
        for (ChainLink snapshot : context.chain().state().links().values()) {
            snapshots.put(snapshot.id(), of(snapshot));
        }
        Activity activity = context.activity();
        return new EngineStatus(
                activity.pending(), context.statistics().completed(), activity.conflictingReads(), snapshots);
    }

    private SnapshotStatus of(ChainLink snapshot) {
        Statistics.Owned owned = context.statistics().of(snapshot.id());
        long wholeBytes = context.volumes().all().stream()
                .mapToLong(store -> store.replicas().usedBytes(snapshot.id()))
                .sum();
        return new SnapshotStatus(
                owned.versions(), owned.chunks(), owned.bytes() + wholeBytes, lostHere(snapshot) + lostAway(snapshot));
    }

    private long lostHere(ChainLink snapshot) {
        return context.statistics().lost().stream()
                .filter(version -> !away.containsKey(version.store().id()))
                .filter(version ->
                        Visibility.sees(snapshot, version) || (version.isPrivate() && version.isOwnedBy(snapshot.id())))
                .map(version -> version.header().key())
                .distinct()
                .count();
    }

    private long lostAway(ChainLink snapshot) {
        return away.values().stream()
                .mapToLong(held -> held.getOrDefault(snapshot.id(), 0L))
                .sum();
    }

    // ---- stores that go and come back

    /** Counts what a store held that is detached and not yet closed. */
    void leaves(AttachedStore store) {
        Map<SnapshotId, Long> held = new HashMap<>();
        ChainState chain = context.chain().state();
        chain.links().values().forEach(snapshot -> held.put(snapshot.id(), versionsIn(store, snapshot)));
        chain.owners().forEach(owner -> addWhole(store, owner, held));
        away.put(store.id(), held);
        LOG.warn("{} has gone, with this many block versions of each snapshot: {}", store, held);
    }

    void returns(AttachedStore store) {
        away.remove(store.id());
    }

    private long versionsIn(AttachedStore store, ChainLink snapshot) {
        return index.blockIds().stream()
                .flatMap(blockId -> index.find(blockId).stream())
                .flatMap(block -> block.visible(snapshot).stream())
                .filter(version -> version.store() == store)
                .count();
    }

    /** A disk that has failed does not list what it keeps; then all that its owner had counts for all that may see it. */
    private void addWhole(AttachedStore store, SnapshotId owner, Map<SnapshotId, Long> held) {
        long unseen = store.replicas().count(owner);
        try (Stream<WholeReplica> kept = store.replicas().list(owner)) {
            for (Iterator<WholeReplica> each = kept.iterator(); each.hasNext(); ) {
                WholeReplica replica = each.next();
                unseen--;
                for (ChainLink snapshot : upTo(owner)) {
                    held.merge(snapshot.id(), seenOnlyIn(store, replica, snapshot), Long::sum);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("{} does not say what it keeps for snapshot {}", store, owner, e);
        }
        for (ChainLink snapshot : upTo(owner)) {
            held.merge(snapshot.id(), Math.max(0, unseen), Long::sum);
        }
    }

    private Iterable<ChainLink> upTo(SnapshotId owner) {
        return context.chain().state().links().headMap(owner, true).values();
    }

    /** The replica itself, and versions in other stores that rest on it; those in this store are counted as versions. */
    private long seenOnlyIn(AttachedStore store, WholeReplica replica, ChainLink snapshot) {
        Optional<BlockExceptions> block = index.find(replica.key().blockId());
        boolean isVersion =
                block.flatMap(found -> found.visible(snapshot, replica.key())).isPresent();
        long itself = snapshot.fence().contains(replica.key().stamp()) && !isVersion ? 1 : 0;
        return itself
                + block.stream()
                        .flatMap(found -> found.restingOn(replica.key().stamp()).stream())
                        .filter(version -> version.store() != store && Visibility.sees(snapshot, version))
                        .count();
    }
}
