/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReadMemory;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreUsage;
import org.volsnap.store.file.SimulatedDisk;

/**
 * A store whose commits fail, or complete in another order than they were made, as the seed says. Each commit is made by
 * itself, so that the number of the disk's steps follows from the seed too.
 */
final class SimulatedStore implements ExceptionStore {
    private final ExceptionStore delegate;
    private final SimulatedDisk disk;
    private final Plan plan;
    private final Scheduler scheduler;
    private final Ledger ledger;
    private final Harm harm;

    SimulatedStore(
            ExceptionStore delegate, SimulatedDisk disk, Plan plan, Scheduler scheduler, Ledger ledger, Harm harm) {
        this.delegate = delegate;
        this.disk = disk;
        this.plan = plan;
        this.scheduler = scheduler;
        this.ledger = ledger;
        this.harm = harm;
    }

    @Override
    public String id() {
        return delegate.id();
    }

    @Override
    public void replay(Replay into) throws IOException {
        ReplayWitness witness = new ReplayWitness(into, ledger);
        delegate.replay(witness);
        if (!disk.isDead()) {
            CommittedExceptionSurvivesCrash.check(ledger, witness);
        }
    }

    @Override
    public CompletableFuture<Void> commit(StoreRecord record) {
        if (record instanceof StoreRecord.VersionPreserved preserved) {
            ledger.meet(preserved.header());
        }
        ledger.submitted(record);
        return commit(
                record.toString(),
                ledger.blockOf(record),
                () -> delegate.commit(record),
                done -> ledger.acknowledged(record));
    }

    @Override
    public CompletableFuture<ChunkLocation> commitChunk(long version, long chunk, ChunkContent content) {
        Ledger.Chunk copied = new Ledger.Chunk(version, chunk);
        long block = ledger.blockOf(version);
        return commit(
                copied.toString(),
                block,
                () -> delegate.commitChunk(version, chunk, content),
                done -> FirstCopyWins.check(ledger, copied, content, harm.isOf(block)));
    }

    private interface Commit<T> {
        CompletableFuture<T> run();
    }

    private <T> CompletableFuture<T> commit(String what, long block, Commit<T> commit, Consumer<T> acknowledge) {
        if (plan.fails(what)) {
            harm.of(block);
            if (plan.chance("is there all the same: " + what, 50)) {
                await(commit.run());
            }
            return CompletableFuture.failedFuture(new StoreException("Input/output error: " + what));
        }
        CompletableFuture<T> made = commit.run();
        if (!await(made)) {
            return made;
        }
        CompletableFuture<T> done = new CompletableFuture<>();
        Runnable complete = () -> {
            try {
                if (!disk.isDead()) {
                    acknowledge.accept(made.join());
                }
            } catch (AssertionError e) {
                plan.report(e);
            }
            done.complete(made.join());
        };
        if (plan.holds(what)) {
            scheduler.later(what, complete);
        } else {
            complete.run();
        }
        return done;
    }

    private boolean await(CompletableFuture<?> made) {
        scheduler.enter();
        try {
            return made.handle((value, failure) -> failure == null).join();
        } finally {
            scheduler.leave();
        }
    }

    @Override
    public ChunkContent read(ChunkLocation location) throws IOException {
        return delegate.read(location);
    }

    @Override
    public ChunkContent read(ChunkLocation location, ReadMemory memory) throws IOException {
        return delegate.read(location, memory);
    }

    @Override
    public void commitLoss(VersionHeader version, String reason) throws IOException {
        ledger.meet(version);
        delegate.commitLoss(version, reason);
        ledger.acknowledgedLoss(version.number());
    }

    @Override
    public StoreUsage usage() {
        return delegate.usage();
    }

    @Override
    public void compact() throws IOException {
        delegate.compact();
    }

    @Override
    public void close() throws IOException {
        delegate.close();
    }
}
