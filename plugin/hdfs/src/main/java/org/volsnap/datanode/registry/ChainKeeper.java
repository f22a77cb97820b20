/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.rollback.RollbackEpoch;
import org.volsnap.engine.ChainLink;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotAckProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

/**
 * Brings the engine's chain in line with the registry. The chain is kept in {@link FollowerState} <em>before</em> the
 * engine learns of a snapshot and until its last exception is gone, so that a crash forgets no owner. At most one
 * snapshot of the chain is provisional, and while it is there none is newer. For one thread; drops run in a
 * thread of their own.
 */
final class ChainKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(ChainKeeper.class);

    private final PoolControl control;
    private final FollowerState state;
    private final Executor dropping;
    private final Executor follower;
    private final Map<SnapshotId, CompletableFuture<Void>> drops = new HashMap<>();

    /**
     * Touches nothing yet.
     *
     * @param dropping where drops run, one after the other
     * @param follower runs what touches this object
     */
    ChainKeeper(PoolControl control, FollowerState state, Executor dropping, Executor follower) {
        this.control = control;
        this.state = state;
        this.dropping = dropping;
        this.follower = follower;
    }

    /** After a start: tells the engine the chain that was kept, up to a provisional snapshot that was left over. */
    void restore() throws IOException {
        SnapshotId newest = state.provisional().orElse(new SnapshotId(Long.MAX_VALUE));
        bringUp(newest);
    }

    /** The registry can't be read: from when this returns everything is preserved. */
    void preserveEverything() throws IOException {
        if (state.provisional().isPresent() && !isDropping(state.provisional().get())) {
            bringUp(state.provisional().get());
            return;
        }
        SnapshotId provisional = SnapshotId.provisionalAfter(newestNumber());
        awaitDrop(provisional);
        state.put(provisional, new FollowerState.Entry(StampFence.OPEN, true));
        state.save();
        bringUp(provisional);
    }

    /** Takes up what a registry that is believed says; deletes nothing. */
    void follow(RegistryProto registry) throws IOException {
        if (learn(registry)) {
            state.save();
        }
        settleProvisional();
        bringUp(new SnapshotId(Long.MAX_VALUE));
    }

    /** Begins to drop what the registry says is deleted, or has left this DataNode out of. */
    void dropDeleted() {
        for (SnapshotId id : state.chain().keySet()) {
            if (!id.isProvisional() && state.mayLetGo(id.registryNumber())) {
                drop(id);
            }
        }
    }

    /** Makes the replicas that were open at T durable, of every snapshot whose T is known and that has not got them. */
    void recordOpen() throws IOException {
        Collection<LiveReplica> open = null;
        for (Map.Entry<SnapshotId, FollowerState.Entry> each : state.chain().entrySet()) {
            SnapshotId id = each.getKey();
            FollowerState.Entry entry = each.getValue();
            if (entry.recorded() || entry.fence().isOpen() || isDropping(id)) {
                continue;
            }
            open = open == null ? control.openReplicas() : open;
            control.engine().recordOpen(id, open);
            state.put(id, new FollowerState.Entry(entry.fence(), true));
            state.save();
        }
    }

    /** How far this snapshot has come here. */
    SnapshotAckProto ack(SnapshotId id) {
        return state.entry(id)
                .filter(entry -> !isDropping(id) && !isAnother(id) && inEngine().containsKey(id))
                .map(entry -> entry.recorded() ? SnapshotAckProto.RECORDED : SnapshotAckProto.PRESERVING)
                .orElse(SnapshotAckProto.NONE);
    }

    /** Whether the registry has another snapshot under this id than the one that is kept here: its T is another. */
    boolean isAnother(SnapshotId id) {
        StampFence kept = state.entry(id).map(FollowerState.Entry::fence).orElse(StampFence.OPEN);
        return !kept.isOpen()
                && RegistryRules.find(state.registry(), id.registryNumber())
                        .filter(snapshot -> !fence(snapshot).equals(kept))
                        .isPresent();
    }

    /** What is kept here and does not go with the registry: it stays, and the operator is told. */
    Optional<String> problem() {
        return PollComposer.oneLine(unlisted(), another());
    }

    private Optional<String> another() {
        return state.chain().keySet().stream()
                .filter(id -> !id.isProvisional() && isAnother(id))
                .findFirst()
                .map(id ->
                        "snapshot " + id + " is kept here as of another time than the registry's: nothing here counts"
                                + " for that one, and deleting it removes both");
    }

    private Optional<String> unlisted() {
        return state.chain().keySet().stream()
                .filter(id -> !id.isProvisional())
                .map(SnapshotId::registryNumber)
                .filter(number -> RegistryRules.find(state.registry(), number).isEmpty()
                        && !RegistryRules.isDeleted(state.registry(), number))
                .findFirst()
                .map(number ->
                        "snapshot " + number + " is kept here; the registry neither lists it nor calls it deleted");
    }

    /** Whether anything became known that has to be kept. */
    private boolean learn(RegistryProto registry) {
        boolean news = registry.getVersion() > state.registry().getVersion();
        state.setRegistry(registry);
        Optional<RollbackEpoch> next = state.unappliedEpochs().stream().findFirst();
        for (SnapshotProto snapshot : registry.getSnapshotsList()) {
            if (snapshot.getState() != SnapshotStateProto.DELETING
                    && !state.isLeftOut(snapshot)
                    && next.filter(epoch -> isAfter(snapshot, epoch)).isEmpty()) {
                news |= learn(snapshot);
            }
        }
        return next.map(this::learnTarget).orElse(false) | news;
    }

    /** Such a snapshot has nothing to do with what the epoch takes away here, and may not own it. */
    private static boolean isAfter(SnapshotProto snapshot, RollbackEpoch epoch) {
        return !snapshot.hasFence() || epoch.isLater(snapshot.getFence().getStamp());
    }

    /** A target that is deleted by now is still needed: its fence tells what newer snapshots preserved of its time. */
    private boolean learnTarget(RollbackEpoch epoch) {
        if (epoch.leftOut() || state.entry(epoch.target()).isPresent()) {
            return false;
        }
        state.put(epoch.target(), new FollowerState.Entry(epoch.fence(), true));
        return true;
    }

    private boolean learn(SnapshotProto snapshot) {
        SnapshotId id = SnapshotId.ofRegistry(snapshot.getId());
        StampFence fence = fence(snapshot);
        FollowerState.Entry known = state.entry(id).orElse(null);
        if (known == null || (known.fence().isOpen() && !fence.isOpen())) {
            state.put(id, new FollowerState.Entry(fence, known != null && known.recorded()));
            return true;
        }
        return false;
    }

    private static StampFence fence(SnapshotProto snapshot) {
        return snapshot.hasFence() ? RegistryRules.fence(snapshot.getFence()) : StampFence.OPEN;
    }

    /** The newest snapshot that came after it adopts what the provisional one owns; without one it is dropped. */
    private void settleProvisional() throws IOException {
        SnapshotId provisional = state.provisional().orElse(null);
        if (provisional == null || isDropping(provisional)) {
            return;
        }
        SnapshotId newest = state.chain().lastKey();
        if (newest.equals(provisional)) {
            drop(provisional);
            return;
        }
        bringUp(provisional);
        control.engine().adopt(provisional, newest);
        state.remove(provisional);
        state.save();
        LOG.info(
                "{}: snapshot {} adopted what was preserved while the registry was unknown",
                control.blockPoolId(),
                newest);
    }

    /** Tells the engine every kept snapshot up to {@code newest} that it does not know, then every fence. */
    private void bringUp(SnapshotId newest) throws IOException {
        SnapshotEngine engine = control.engine();
        SortedMap<SnapshotId, FollowerState.Entry> wanted = new TreeMap<>(state.chain());
        wanted.keySet().removeIf(id -> id.compareTo(newest) > 0 || isDropping(id));
        for (SnapshotId id : wanted.keySet()) {
            if (!inEngine().containsKey(id)) {
                engine.addSnapshot(id);
            }
        }
        Map<SnapshotId, ChainLink> known = inEngine();
        for (Map.Entry<SnapshotId, FollowerState.Entry> each : wanted.entrySet()) {
            StampFence fence = each.getValue().fence();
            ChainLink link = known.get(each.getKey());
            if (!fence.isOpen() && link != null && !link.fence().equals(fence)) {
                engine.setFence(each.getKey(), fence);
            }
        }
    }

    private Map<SnapshotId, ChainLink> inEngine() {
        return control.engine().chain().stream().collect(toMap(ChainLink::id, identity()));
    }

    private void drop(SnapshotId id) {
        if (isDropping(id)) {
            return;
        }
        LOG.info("{}: dropping snapshot {}", control.blockPoolId(), id);
        CompletableFuture<Void> drop = CompletableFuture.runAsync(() -> dropNow(id), dropping);
        drops.put(id, drop);
        var unused = drop.whenCompleteAsync((done, failure) -> dropped(id, drop, failure), follower);
    }

    private void dropNow(SnapshotId id) {
        try {
            control.engine().dropSnapshot(id);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private void dropped(SnapshotId id, CompletableFuture<Void> drop, @Nullable Throwable failure) {
        if (!drops.remove(id, drop)) {
            return;
        }
        if (failure != null) {
            LOG.warn("{}: snapshot {} could not be dropped, it is tried again", control.blockPoolId(), id, failure);
            return;
        }
        state.remove(id);
        state.save();
        LOG.info("{}: snapshot {} is dropped", control.blockPoolId(), id);
    }

    /** The same provisional id is wanted again: its last life has to end first. */
    private void awaitDrop(SnapshotId id) throws IOException {
        CompletableFuture<Void> drop = drops.get(id);
        if (drop == null) {
            return;
        }
        try {
            drop.get();
            dropped(id, drop, null);
        } catch (ExecutionException e) {
            dropped(id, drop, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while snapshot " + id + " is dropped");
        }
    }

    private boolean isDropping(SnapshotId id) {
        return drops.containsKey(id);
    }

    private long newestNumber() {
        long given = state.registry().getNextSnapshotId() - 1;
        SortedMap<SnapshotId, FollowerState.Entry> chain = state.chain();
        return chain.isEmpty() ? given : Math.max(given, chain.lastKey().registryNumber());
    }
}
