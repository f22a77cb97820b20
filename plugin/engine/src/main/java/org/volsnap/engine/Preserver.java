/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.common.collect.Lists;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.engine.CopyService.Outcome;
import org.volsnap.model.BlockKey;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord;

/**
 * Preserves what a change destroys, and holds it until nothing is pending on it. The way of one change: {@link
 * #preserve} walks the tables, starts what is missing, waits, and walks again until a walk finds nothing
 * (dm-snap.c, __origin_write and retry_origin_bios). The way of one copy: {@link #copied}.
 */
final class Preserver {
    private static final Logger LOG = LoggerFactory.getLogger(Preserver.class);

    private final EngineContext context;
    private final BlockIndex index;
    private final CopyService copyService;
    private final LossRecorder losses;
    /** Where losses are recorded: a durable write has no place in a store's own thread. */
    private final Executor troubles;

    Preserver(
            EngineContext context, BlockIndex index, CopyService copyService, LossRecorder losses, Executor troubles) {
        this.context = context;
        this.index = index;
        this.copyService = copyService;
        this.losses = losses;
        this.troubles = troubles;
    }

    /**
     * Returns when everything a snapshot needs of what the change destroys is durable and drained, or its loss
     * recorded.
     *
     * @throws InterruptedIOException when interrupted; what was begun goes on
     */
    void preserve(Change change) throws InterruptedIOException {
        try (Preservation preservation = begin(change)) {
            List<CompletableFuture<Void>> waits = preservation.look(true);
            while (!waits.isEmpty()) {
                Waits.awaitAll(waits);
                waits = preservation.look(true);
            }
        }
    }

    /** The same, look by look, for a change that passes several chains. To be closed. */
    Preservation begin(Change change) {
        long blockId = change.replica().key().blockId();
        return new Preservation(this, change, isUnheardOf(blockId) ? null : index.use(blockId));
    }

    private boolean isUnheardOf(long blockId) {
        return context.chain().state().isEmpty() && index.find(blockId).isEmpty();
    }

    /**
     * One look at the tables; what is missing is started.
     *
     * @param helping whether the caller's thread may do some of it, since it has nothing else to do than to wait
     */
    List<CompletableFuture<Void>> look(BlockExceptions block, Change change, Set<Lineage> rebased, boolean helping) {
        long stamp = change.replica().key().stamp();
        ChainState chain = context.chain().state();
        ChainLink owner = chain.newestWith(stamp);
        ChainLink late = chain.newestWithBoth(stamp, change.replacedByStamp());
        if (late != null && !late.equals(owner)) {
            // A newer snapshot can't own what this one needs: it may have its T after the change.
            Walk first = look(block, change, late, rebased, helping);
            if (!first.waits().isEmpty()) {
                return first.waits();
            }
        }
        return look(block, change, owner, rebased, helping).waits();
    }

    private Walk look(
            BlockExceptions block, Change change, @Nullable ChainLink owner, Set<Lineage> rebased, boolean helping) {
        Walk walk = start(block, change, owner, rebased, helping);
        if (helping) {
            walk.stores().forEach(store -> store.exceptions().commitWaiting());
        }
        return walk;
    }

    /** Records replicas as they are for a snapshot, all with one force. Returns when they are durable or lost. */
    void record(ChainLink owner, List<Change> changes) throws InterruptedIOException {
        List<CompletableFuture<Void>> waits = new ArrayList<>();
        do {
            waits.clear();
            for (Change change : changes) {
                try (BlockIndex.Use use = index.use(change.replica().key().blockId())) {
                    waits.addAll(start(use.block(), change, owner, new HashSet<>(), false)
                            .waits());
                }
            }
            Waits.awaitAll(waits);
        } while (!waits.isEmpty());
    }

    /** Waits until nothing of a block is pending: before it goes as a whole. */
    void settle(long blockId) throws InterruptedIOException {
        try (BlockIndex.Use use = index.use(blockId)) {
            List<CompletableFuture<Void>> pending = use.block().pending();
            while (!pending.isEmpty()) {
                Waits.awaitAll(pending);
                pending = use.block().pending();
            }
        }
    }

    private Walk start(
            BlockExceptions block, Change change, @Nullable ChainLink owner, Set<Lineage> rebased, boolean helping) {
        Walk walk = block.walk(change, owner, rebased);
        Map<Lineage, CompletableFuture<Boolean>> stored = new LinkedHashMap<>();
        for (Walk.HeaderWork header : walk.headers()) {
            stored.put(header.pending().lineage(), commitHeader(block, header));
        }
        Map<Lineage, List<PendingException>> byLineage = new LinkedHashMap<>();
        for (PendingException copy : walk.copies()) {
            byLineage
                    .computeIfAbsent(copy.lineage(), lineage -> new ArrayList<>())
                    .add(copy);
        }
        boolean here = helping && walk.copies().size() <= CopyService.BATCH && copyService.copiesHere();
        byLineage.forEach((lineage, all) -> {
            CompletableFuture<Boolean> headerStored =
                    stored.getOrDefault(lineage, CompletableFuture.completedFuture(true));
            for (List<PendingException> batch : Lists.partition(all, CopyService.BATCH)) {
                copyService.admit(batch.size());
                copy(block, change.replica().key(), prepared(block, batch), headerStored, here);
            }
        });
        return walk;
    }

    // ---- headers

    /**
     * Makes a header and its base durable: one force with the chunks that follow.
     *
     * @return whether chunks may go into the version; never fails
     */
    private CompletableFuture<Boolean> commitHeader(BlockExceptions block, Walk.HeaderWork work) {
        CompletableFuture<Void> header = CompletableFuture.completedFuture(null);
        Version created = work.created();
        if (created != null) {
            header = attempt(
                    () -> created.store().exceptions().commit(new StoreRecord.VersionPreserved(created.header())));
        }
        StoreRecord base =
                new StoreRecord.BaseChanged(work.pending().target().header().lineage(), work.base(), work.sequence());
        Map<AttachedStore, CompletableFuture<Void>> commits = new LinkedHashMap<>();
        for (AttachedStore store : work.stores()) {
            commits.put(store, attempt(() -> store.exceptions().commit(base)));
        }
        if (created != null) {
            commits.merge(created.store(), header, (one, other) -> CompletableFuture.allOf(one, other));
        }
        CompletableFuture<Boolean> stored = new CompletableFuture<>();
        Waits.whenDone(CompletableFuture.allOf(commits.values().toArray(new CompletableFuture<?>[0])), () -> {
            if (commits.values().stream().noneMatch(CompletableFuture::isCompletedExceptionally)) {
                block.headerDone(work.pending(), created);
                stored.complete(true);
            } else {
                onTrouble(() -> headerFailed(block, work, commits, stored));
            }
        });
        return stored;
    }

    /** Whatever a store failed to record of a lineage is lost there: after a restart it could not be told from good. */
    private void headerFailed(
            BlockExceptions block,
            Walk.HeaderWork work,
            Map<AttachedStore, CompletableFuture<Void>> commits,
            CompletableFuture<Boolean> stored) {
        Version created = work.created();
        try {
            for (Map.Entry<AttachedStore, CompletableFuture<Void>> commit : commits.entrySet()) {
                if (!commit.getValue().isCompletedExceptionally()) {
                    continue;
                }
                String reason = "its header could not be preserved: " + causeOf(commit.getValue());
                for (Version version : block.readableIn(work.pending().lineage(), commit.getKey())) {
                    losses.record(block, version, reason);
                }
                if (created != null && created.store() == commit.getKey()) {
                    losses.record(block, created, reason);
                    created = created.lostFor(reason);
                }
            }
        } finally {
            block.headerDone(work.pending(), created);
            stored.complete(false);
        }
    }

    private static String causeOf(CompletableFuture<?> failed) {
        return String.valueOf(failed.handle((value, failure) -> failure).join());
    }

    // ---- copies

    /** Takes space in the order in which exceptions become pending; those that get none have failed. */
    private List<PendingException> prepared(BlockExceptions block, List<PendingException> admitted) {
        List<PendingException> prepared = new ArrayList<>(admitted.size());
        for (PendingException copy : admitted) {
            try {
                copy.target().store().exceptions().prepareChunk(copy.target().number(), copy.chunk());
                prepared.add(copy);
            } catch (StoreException | RuntimeException e) {
                copyService.dismiss();
                copied(block, copy, true, Outcome.failed(e));
            }
        }
        return prepared;
    }

    /** Copies pending exceptions of one lineage, admitted and with their space taken, from the live replica. */
    private void copy(
            BlockExceptions block,
            BlockKey live,
            List<PendingException> copies,
            CompletableFuture<Boolean> headerStored,
            boolean here) {
        BiConsumer<PendingException, Outcome> done = (copy, outcome) ->
                Waits.whenDone(headerStored, () -> copied(block, copy, headerStored.join(), outcome));
        if (here) {
            copyService.copyHere(block, live, copies, done);
        } else {
            copyService.copy(block, live, copies, done);
        }
    }

    /**
     * Copies one chunk for a write to a snapshot.
     *
     * @throws StoreException when the store has no room for it; it is still pending then
     */
    void copy(BlockExceptions block, BlockKey live, PendingException copy) throws StoreException {
        copyService.admit(1);
        try {
            copy.target().store().exceptions().prepareChunk(copy.target().number(), copy.chunk());
        } catch (StoreException | RuntimeException e) {
            copyService.dismiss();
            throw e;
        }
        copy(block, live, List.of(copy), CompletableFuture.completedFuture(true), false);
    }

    void copied(BlockExceptions block, PendingException copy, boolean headerStored, Outcome outcome) {
        if (!headerStored) {
            // The next walk finds out who still needs the chunk, and where it goes.
            removeWhenDrained(block, copy, block.drain(copy));
            return;
        }
        if (outcome.location() != null) {
            try {
                removeWhenDrained(block, copy, block.complete(copy, outcome.location()));
                return;
            } catch (RuntimeException e) {
                LOG.error(
                        "Chunk {} of {} can't be completed",
                        copy.chunk(),
                        copy.target().header(),
                        e);
            }
        }
        onTrouble(() -> copyFailed(block, copy, outcome));
    }

    /** A failed copy never fails the change (dm-snap.c, pending_complete): it goes on when the loss is recorded. */
    private void copyFailed(BlockExceptions block, PendingException copy, Outcome outcome) {
        try {
            String reason = "chunk " + copy.chunk() + " could not be preserved: " + outcome.failure();
            for (Version version : block.readersOfBase(copy)) {
                losses.record(block, version, reason);
            }
        } finally {
            removeWhenDrained(block, copy, block.drain(copy));
        }
    }

    /** Gives a pending exception up that was never filled: the origin is the data, as before. */
    void abandon(BlockExceptions block, PendingException pending) {
        removeWhenDrained(block, pending, block.drain(pending));
    }

    private static void removeWhenDrained(
            BlockExceptions block, PendingException copy, CompletableFuture<Void> drained) {
        Waits.whenDone(drained, () -> block.remove(copy));
    }

    private void onTrouble(Runnable task) {
        try {
            troubles.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("The engine is closed", e);
            task.run();
        }
    }

    private static <T> CompletableFuture<T> attempt(Supplier<CompletableFuture<T>> step) {
        try {
            return step.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
