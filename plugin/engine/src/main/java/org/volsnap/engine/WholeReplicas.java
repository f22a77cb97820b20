/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.model.Base;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.StoreException;
import org.volsnap.store.WholeReplica;

/**
 * Whole replicas across all storage volumes: keeps them before a delete, finds them again. Nothing of them in memory.
 */
final class WholeReplicas {
    private static final Logger LOG = LoggerFactory.getLogger(WholeReplicas.class);

    private final EngineContext context;
    private final BlockIndex index;
    private final LossRecorder losses;

    WholeReplicas(EngineContext context, BlockIndex index, LossRecorder losses) {
        this.context = context;
        this.index = index;
        this.losses = losses;
    }

    // ---- looking

    /** The replica under the first of these owners that has it. */
    Optional<WholeReplica> find(BlockKey key, Iterable<SnapshotId> owners) throws IOException {
        for (SnapshotId owner : owners) {
            for (AttachedStore store : context.volumes().all()) {
                Optional<WholeReplica> found = store.replicas().find(key, owner);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** The highest stamp of this block that this snapshot sees. */
    Optional<BlockKey> newest(ChainLink snapshot, String pool, long blockId) throws IOException {
        BlockKey newest = null;
        for (SnapshotId owner : context.chain().state().ownersFrom(snapshot.id())) {
            for (AttachedStore store : context.volumes().all()) {
                for (BlockKey key : store.replicas().keys(pool, blockId, owner)) {
                    if (snapshot.fence().contains(key.stamp()) && (newest == null || key.stamp() > newest.stamp())) {
                        newest = key;
                    }
                }
            }
        }
        return Optional.ofNullable(newest);
    }

    /** The replica that a lineage with this base rests on, once it is no longer live. */
    Optional<WholeReplica> findBase(BlockKey block, Base base) throws IOException {
        Optional<WholeReplica> after =
                find(block.withStamp(base.stampAfter()), context.chain().state().owners());
        return after.isPresent() || base.stampAfter() == base.stampBefore()
                ? after
                : find(
                        block.withStamp(base.stampBefore()),
                        context.chain().state().owners());
    }

    /**
     * All in these stores that this snapshot sees, those of the newest owner first: what is handed down meanwhile goes to an
     * older one, and is seen there if it was not seen before. To be closed.
     */
    Stream<WholeReplica> list(ChainLink snapshot, Collection<AttachedStore> stores) {
        List<SnapshotId> owners = ImmutableList.copyOf(context.chain().state().ownersFrom(snapshot.id()));
        return Lists.reverse(owners).stream()
                .flatMap(owner -> stores.stream().flatMap(store -> list(store, owner)))
                .filter(replica -> snapshot.fence().contains(replica.key().stamp()));
    }

    private static Stream<WholeReplica> list(AttachedStore store, SnapshotId owner) {
        try {
            return store.replicas().list(owner);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The storage volume that keeps it. */
    AttachedStore homeOf(WholeReplica replica) throws IOException {
        for (AttachedStore store : context.volumes().all()) {
            if (store.replicas()
                    .find(replica.key(), replica.owner())
                    .filter(replica::equals)
                    .isPresent()) {
                return store;
            }
        }
        throw new StoreException(replica.key() + " is not kept under snapshot " + replica.owner());
    }

    // ---- moving out

    /** Moves a replica out of wherever it is kept. */
    void moveOut(BlockGate gate, WholeReplica replica, ReplicaFiles to) throws IOException {
        BlockGate.Ticket ticket = gate.enter(replica.key().blockId());
        try {
            AttachedStore home = homeOf(replica);
            home.replicas().moveOut(replica, to);
            home.replicas().force();
        } finally {
            ticket.close();
        }
    }

    /** Moves replicas out of the store that keeps them, each past its block's gate, and forces each directory once. */
    void moveOut(BlockGate gate, AttachedStore home, Map<WholeReplica, ReplicaFiles> moves) throws IOException {
        List<BlockGate.Ticket> tickets = new ArrayList<>(moves.size());
        try {
            for (long blockId : blocksOf(moves.keySet())) {
                tickets.add(gate.enter(blockId));
            }
            for (Map.Entry<WholeReplica, ReplicaFiles> move : moves.entrySet()) {
                home.replicas().moveOut(move.getKey(), move.getValue());
            }
            home.replicas().force();
        } finally {
            tickets.forEach(BlockGate.Ticket::close);
        }
    }

    /** In the order in which everybody enters gates. */
    private static long[] blocksOf(Collection<WholeReplica> replicas) {
        return replicas.stream()
                .mapToLong(replica -> replica.key().blockId())
                .sorted()
                .distinct()
                .toArray();
    }

    // ---- keeping

    /**
     * Links replicas that are about to go, where a snapshot needs them, and makes the links durable with one force of
     * each store. What can't be kept is recorded as lost.
     */
    void keep(List<LiveReplica> replicas) {
        List<LiveReplica> linked = new ArrayList<>();
        Set<AttachedStore> touched = new HashSet<>();
        for (LiveReplica replica : replicas) {
            Optional<SnapshotId> owner = ownerOf(replica);
            if (owner.isEmpty()) {
                continue;
            }
            AttachedStore store = context.volumes().of(replica);
            try {
                if (!store.isPresent()) {
                    throw new StoreException(store + " is not attached");
                }
                link(store, owner.get(), replica);
                linked.add(replica);
                touched.add(store);
            } catch (IOException e) {
                lose(replica, store, e);
            }
        }
        for (AttachedStore store : touched) {
            try {
                store.replicas().force();
            } catch (IOException e) {
                linked.stream()
                        .filter(replica -> context.volumes().of(replica) == store)
                        .forEach(replica -> lose(replica, store, e));
            }
        }
    }

    /** Looks again when the files were renamed since the look-up: writing ends, and replicas move, without the gate. */
    private void link(AttachedStore store, SnapshotId owner, LiveReplica replica) throws IOException {
        try {
            store.replicas().link(replica.key(), owner, replica.files());
        } catch (NoSuchFileException e) {
            LiveReplica moved = context.origin()
                    .find(replica.key().pool(), replica.key().blockId())
                    .filter(now ->
                            now.key().equals(replica.key()) && now.volume().equals(replica.volume()))
                    .orElseThrow(() -> e);
            store.replicas().link(moved.key(), owner, moved.files());
        }
    }

    /** Who a replica is kept for: the newest snapshot that saw it, else the versions that rest on it. */
    private Optional<SnapshotId> ownerOf(LiveReplica replica) {
        ChainLink newest = context.chain().state().newestWith(replica.key().stamp());
        if (newest != null) {
            return Optional.of(newest.id());
        }
        return index.find(replica.key().blockId())
                .flatMap(block -> block.lastRestingOn(replica.key().stamp()))
                .map(version -> version.header().owner());
    }

    private void lose(LiveReplica replica, AttachedStore store, IOException cause) {
        LOG.warn("{} can't keep {}", store, replica.key(), cause);
        String reason = replica.key() + " could not be kept whole: " + cause;
        try (BlockIndex.Use use = index.use(replica.key().blockId())) {
            BlockExceptions block = use.block();
            for (Version version : block.restingOn(replica.key().stamp())) {
                losses.record(block, version, reason);
            }
            ChainLink newest = context.chain().state().newestWith(replica.key().stamp());
            if (newest != null && block.visible(newest, replica.key()).isEmpty()) {
                Version lost = Version.preserved(headerOf(replica, newest.id()), store);
                block.addAlone(lost.lostFor(reason));
                losses.record(block, lost, reason);
            }
        }
    }

    private VersionHeader headerOf(LiveReplica replica, SnapshotId owner) {
        long number = context.numbers().next();
        return new VersionHeader(
                number,
                number,
                replica.key(),
                owner,
                replica.length(),
                VersionState.FINALIZED,
                VersionHeader.NEVER,
                replica.checksumHeader());
    }
}
