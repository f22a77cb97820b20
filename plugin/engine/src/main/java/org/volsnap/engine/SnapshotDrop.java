/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.StoreException;
import org.volsnap.store.WholeReplica;
import org.volsnap.store.WholeReplicaStore;

/**
 * Takes away from a snapshot what it no longer needs, block by block: the tables in one step under the block's lock,
 * the records after it. A crash in between leaves more than is needed, never less, and the same call again finishes it.
 */
final class SnapshotDrop {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotDrop.class);
    private static final int COMMITS_IN_FLIGHT = 4096;

    private final EngineContext context;
    private final BlockIndex index;
    private final ChangeEpochs epochs;
    /** One at a time: a drop counts on the next older snapshot staying while it hands down. */
    private final BlockGate oneAtATime = new BlockGate();

    SnapshotDrop(EngineContext context, BlockIndex index, ChangeEpochs epochs) {
        this.context = context;
        this.index = index;
        this.epochs = epochs;
    }

    /** Drops a snapshot: all it owns is handed down or freed. */
    void drop(SnapshotId id) throws IOException {
        inTurn(() -> dropNow(id));
    }

    /** Frees what the fence of a snapshot excludes. */
    void exclude(SnapshotId id) throws IOException {
        inTurn(() -> excludeNow(id));
    }

    /** Gives what a provisional snapshot owns to the real one. */
    void adopt(SnapshotId provisional, SnapshotId real) throws IOException {
        inTurn(() -> adoptNow(provisional, real));
    }

    private interface Task {
        void run() throws IOException;
    }

    private void inTurn(Task task) throws IOException {
        BlockGate.Ticket turn = oneAtATime.enter(0);
        try {
            task.run();
        } finally {
            turn.close();
        }
    }

    private void dropNow(SnapshotId id) throws IOException {
        List<ChainLink> heirs = context.chain().state().olderThan(id);
        context.chain().leave(id);
        Waits.await(epochs.advance());
        release(new HandDown(version -> version.isOwnedBy(id), heirs, true));
        handDownWhole(id, replica -> true, heirs);
        context.chain().forget(id);
    }

    private void excludeNow(SnapshotId id) throws IOException {
        Waits.await(epochs.advance());
        ChainState chain = context.chain().state();
        Optional<ChainLink> snapshot = chain.find(id);
        if (snapshot.isEmpty() || snapshot.get().fence().isOpen()) {
            return;
        }
        ChainLink link = snapshot.get();
        List<ChainLink> heirs = chain.olderThan(id);
        release(new HandDown(
                version -> version.isOwnedBy(id) && !version.carrier() && !Visibility.byStamps(link, version.header()),
                heirs,
                false));
        handDownWhole(id, replica -> !link.fence().contains(replica.key().stamp()), heirs);
    }

    private void adoptNow(SnapshotId provisional, SnapshotId real) throws IOException {
        context.chain().replace(provisional, real);
        Waits.await(epochs.advance());
        release(new Adoption(provisional, real));
        forEachWhole(provisional, (store, replica) -> store.handDown(replica, real));
        context.chain().forget(provisional);
    }

    // ---- versions

    private void release(ReleaseRule rule) throws IOException {
        List<CompletableFuture<Void>> commits = new ArrayList<>();
        for (long blockId : index.blockIds()) {
            try (BlockIndex.Use use = index.use(blockId)) {
                for (Release.Commit commit : releaseBlock(use.block(), rule).commits()) {
                    if (commit.store().isPresent()) {
                        commits.add(commit.store().exceptions().commit(commit.record()));
                    }
                }
            }
            if (commits.size() >= COMMITS_IN_FLIGHT) {
                awaitCommits(commits);
            }
        }
        awaitCommits(commits);
    }

    private static Release releaseBlock(BlockExceptions block, ReleaseRule rule) throws InterruptedIOException {
        while (true) {
            Release release = block.release(rule);
            if (release.waits().isEmpty()) {
                return release;
            }
            Waits.awaitAll(release.waits());
        }
    }

    private static void awaitCommits(List<CompletableFuture<Void>> commits) throws IOException {
        Waits.awaitAll(commits);
        for (CompletableFuture<Void> commit : commits) {
            if (commit.isCompletedExceptionally()) {
                throw new StoreException(
                        "what a snapshot leaves could not be recorded: to be repeated after a restart",
                        commit.handle((value, failure) -> failure).join());
            }
        }
        commits.clear();
    }

    // ---- whole replicas

    private interface WholeStep {
        void apply(WholeReplicaStore store, WholeReplica replica) throws IOException;
    }

    private void handDownWhole(SnapshotId id, Predicate<WholeReplica> leaving, List<ChainLink> heirs)
            throws IOException {
        forEachWhole(id, (store, replica) -> {
            if (!leaving.test(replica)) {
                return;
            }
            Optional<SnapshotId> owner = ownerOfWhole(replica, heirs);
            if (owner.isEmpty()) {
                store.remove(replica);
            } else if (!owner.get().equals(id)) {
                store.handDown(replica, owner.get());
            }
        });
    }

    private Optional<SnapshotId> ownerOfWhole(WholeReplica replica, List<ChainLink> heirs) {
        return heirs.stream()
                .filter(heir -> heir.fence().contains(replica.key().stamp()))
                .findFirst()
                .map(ChainLink::id)
                .or(() -> index.find(replica.key().blockId())
                        .flatMap(block -> block.lastRestingOn(replica.key().stamp()))
                        .map(version -> version.header().owner()));
    }

    private void forEachWhole(SnapshotId owner, WholeStep step) throws IOException {
        for (AttachedStore store : context.volumes().all()) {
            try (Stream<WholeReplica> kept = store.replicas().list(owner)) {
                for (WholeReplica replica : (Iterable<WholeReplica>) kept::iterator) {
                    step.apply(store.replicas(), replica);
                }
            }
            store.replicas().force();
        }
        LOG.debug("Went through the whole replicas of snapshot {}", owner);
    }
}
