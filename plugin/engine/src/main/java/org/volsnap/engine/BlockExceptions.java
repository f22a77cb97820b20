/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.ChunkLocation;

/**
 * The exception tables of one block, and the lock over them. Each method is one step under the lock; none of them waits,
 * does I/O or completes a future. What is done between two steps may have changed everything: look up again.
 */
final class BlockExceptions {
    private final long blockId;
    private final EngineContext context;

    /** Guards the lineages with their tables, and the conflicting reads, of this block. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final List<Lineage> lineages = new ArrayList<>();

    @GuardedBy("lock")
    private final ConflictingReads reads = new ConflictingReads();

    BlockExceptions(long blockId, EngineContext context) {
        this.blockId = blockId;
        this.context = context;
    }

    long blockId() {
        return blockId;
    }

    boolean isEmpty() {
        synchronized (lock) {
            return lineages.isEmpty() && reads.isEmpty();
        }
    }

    // ---- origin changes

    /**
     * An origin change looks at the tables (dm-snap.c, __origin_write): pending exceptions first, then completed ones.
     * What is missing becomes pending.
     *
     * @param owner the snapshot for which a version is made, when it needs the replica and has none of it
     * @param rebased the lineages whose base this change has recorded: once is enough
     */
    Walk walk(Change change, @Nullable ChainLink owner, Set<Lineage> rebased) {
        synchronized (lock) {
            Walk walk = new Walk(change, rebased);
            new OriginWalk(context, lineages, reads, walk).run(owner);
            return walk;
        }
    }

    /** The pending exceptions of the block: a change that takes it away as a whole waits for all of them. */
    List<CompletableFuture<Void>> pending() {
        synchronized (lock) {
            return lineages.stream()
                    .flatMap(lineage -> lineage.pending().stream())
                    .map(PendingException::gone)
                    .toList();
        }
    }

    // ---- a pending exception's way

    /** A header that is made takes its place, or, with a reason, takes it as lost; then it is no longer pending. */
    void headerDone(PendingException header, @Nullable Version created) {
        synchronized (lock) {
            if (created != null) {
                header.lineage().append(created);
            }
        }
        remove(header);
    }

    /**
     * B to C: a copy is durable. From now on new reads go to the store.
     *
     * @return completes when the reads that were sent to the origin before have ended
     */
    CompletableFuture<Void> complete(PendingException copy, ChunkLocation location) {
        synchronized (lock) {
            copy.lineage().completePending(copy, location);
            return reads.drain(copy.chunk());
        }
    }

    /** What a failed copy costs: the versions that read the chunk from the origin. */
    List<Version> readersOfBase(PendingException copy) {
        synchronized (lock) {
            return copy.lineage().readersOfBase(copy.chunk(), copy.target().number());
        }
    }

    /** B to A, as far as reads go that are in flight now. */
    CompletableFuture<Void> drain(PendingException copy) {
        synchronized (lock) {
            return reads.drain(copy.chunk());
        }
    }

    /** C to D, or B to A: completes what waits for it outside the lock. */
    void remove(PendingException pending) {
        synchronized (lock) {
            pending.lineage().removePending(pending);
        }
        context.activity().pendingEnds();
        pending.gone().complete(null);
    }

    /** Marks a version lost. */
    void lose(long number, String reason) {
        synchronized (lock) {
            for (Lineage lineage : lineages) {
                Version version = lineage.version(number);
                if (version != null && !version.isLost()) {
                    lineage.replace(version.lostFor(reason));
                }
            }
        }
    }

    /** A version takes no more writes of its snapshot. */
    void endWrites(long number, String reason) {
        synchronized (lock) {
            Lineage lineage = lineageLocked(number);
            Version version = lineage.version(number);
            if (version != null) {
                lineage.replace(version.fullFor(reason));
            }
        }
    }

    /** The readable versions of a lineage that lie in this store. */
    List<Version> readableIn(Lineage lineage, AttachedStore store) {
        synchronized (lock) {
            return lineage.versions()
                    .filter(version -> version.isReadable() && version.store() == store)
                    .toList();
        }
    }

    /** Whether the lineage that a pending exception belongs to still has this replica as its base. */
    boolean restsOn(PendingException pending, LiveReplica live) {
        synchronized (lock) {
            return pending.lineage().base().matches(live.key().stamp(), live.length());
        }
    }

    /** Remembers another store that has a record of one of a lineage's versions. */
    void alsoIn(long lineageId, AttachedStore store) {
        synchronized (lock) {
            lineages.stream().filter(lineage -> lineage.id() == lineageId).forEach(lineage -> lineage.alsoIn(store));
        }
    }

    // ---- reads

    /** The version a snapshot reads under this key: of several the one with the oldest owner. */
    Optional<Version> visible(ChainLink snapshot, BlockKey key) {
        synchronized (lock) {
            return visibleLocked(snapshot, key);
        }
    }

    @GuardedBy("lock")
    private Stream<Version> versionsLocked() {
        return lineages.stream().flatMap(Lineage::versions);
    }

    @GuardedBy("lock")
    private Optional<Version> visibleLocked(ChainLink snapshot, BlockKey key) {
        Version visible = null;
        for (Lineage lineage : lineages) {
            Version version = lineage.visible(snapshot, key);
            if (version != null && (visible == null || Version.OLDEST_OWNER.compare(version, visible) < 0)) {
                visible = version;
            }
        }
        return Optional.ofNullable(visible);
    }

    /** For each key the version that this snapshot reads. */
    Collection<Version> visible(ChainLink snapshot) {
        synchronized (lock) {
            return versionsLocked()
                    .filter(version -> Visibility.sees(snapshot, version))
                    .collect(Collectors.toMap(
                            version -> version.header().key(),
                            version -> version,
                            BinaryOperator.minBy(Version.OLDEST_OWNER)))
                    .values();
        }
    }

    /**
     * Where a snapshot's chunk is to be read now (dm-snap.c, snapshot_map): the completed exception first; without one
     * the read is tracked and {@link #endRead} is owed.
     */
    ChunkSource locate(ChainLink snapshot, BlockKey key, long chunk) {
        synchronized (lock) {
            ChunkSource written = PrivateVersions.locate(lineages, snapshot.id(), key, chunk);
            if (written != null) {
                return written;
            }
            Optional<Version> version = visibleLocked(snapshot, key);
            return version.isEmpty()
                    ? new ChunkSource.Live(beginReadLocked(chunk))
                    : locateLocked(version.get(), chunk);
        }
    }

    @GuardedBy("lock")
    private ChunkSource locateLocked(Version version, long chunk) {
        if (version.lost() != null) {
            return new ChunkSource.Lost(version, version.lost());
        }
        Lineage lineage = lineageLocked(version.number());
        StoredChunk stored = lineage.resolve(version.number(), chunk);
        if (stored != null) {
            return new ChunkSource.Stored(version, stored);
        }
        return new ChunkSource.OnBase(version, lineage.base(), beginReadLocked(chunk));
    }

    @GuardedBy("lock")
    private ConflictingReads.Group beginReadLocked(long chunk) {
        context.activity().readBegins();
        return reads.begin(chunk);
    }

    @GuardedBy("lock")
    private Lineage lineageLocked(long number) {
        for (Lineage lineage : lineages) {
            if (lineage.version(number) != null) {
                return lineage;
            }
        }
        throw new IllegalStateException("version " + number + " is in no lineage of block " + blockId);
    }

    // ---- private writes

    /** The version that a snapshot's own writes go to; empty when there were none. */
    Optional<Version> privateVersion(SnapshotId owner, BlockKey key) {
        synchronized (lock) {
            return PrivateVersions.find(lineages, owner, key);
        }
    }

    /** What a snapshot has written itself, ascending. */
    List<StoredChunk> privateChunks(SnapshotId owner, BlockKey key) {
        synchronized (lock) {
            return PrivateVersions.chunks(
                    lineages, owner, key, context.settings().geometry());
        }
    }

    /** A snapshot's own write is durable. */
    void rewrite(Version version, long chunk, ChunkLocation location) {
        synchronized (lock) {
            lineages.stream()
                    .filter(lineage -> lineage.id() == version.header().lineage())
                    .forEach(lineage -> lineage.rewrite(version.number(), chunk, location));
        }
    }

    /** Whether a chunk is still read from where it was found: a snapshot's own write may have moved it. */
    boolean isStillAt(Version version, StoredChunk found) {
        synchronized (lock) {
            return lineages.stream()
                    .filter(lineage -> lineage.version(version.number()) != null)
                    .anyMatch(lineage -> found.equals(lineage.resolve(version.number(), found.chunk())));
        }
    }

    /**
     * A write to a snapshot that has its store for itself: completed exceptions come first (dm-snap.c, snapshot_map).
     *
     * @param admitted it has waited for the chunk's pending exception: it may still end when the snapshot takes no more
     */
    WriteStep writeStep(Version version, long chunk, int lengthBytes, boolean admitted) {
        synchronized (lock) {
            WriteStep step = discardStepLocked(version, chunk, admitted);
            if (step != null) {
                return step;
            }
            Lineage lineage = lineageLocked(version.number());
            PendingException pending = lineage.pending(chunk);
            if (pending != null) {
                return new WriteStep.Join(pending.gone());
            }
            PendingException fill = new PendingException(lineage, chunk, version, lengthBytes);
            lineage.addPending(fill);
            context.activity().pendingBegins();
            return new WriteStep.Fill(fill);
        }
    }

    /** The same for what only changes exceptions that are there; null when there is none. */
    @Nullable
    WriteStep discardStep(Version version, long chunk) {
        synchronized (lock) {
            return discardStepLocked(version, chunk, false);
        }
    }

    @GuardedBy("lock")
    private @Nullable WriteStep discardStepLocked(Version version, long chunk, boolean admitted) {
        Lineage lineage = lineageLocked(version.number());
        Version now = lineage.version(version.number());
        if (now == null || now.lost() != null) {
            return new WriteStep.Refused(version.header() + " is lost");
        }
        StoredChunk stored = lineage.resolve(version.number(), chunk);
        if (now.full() != null && (stored == null || !admitted)) {
            return new WriteStep.Refused(version.header() + " takes no more writes: " + now.full());
        }
        return stored == null ? null : new WriteStep.InPlace(now, stored.location());
    }

    // ---- online merge

    boolean isLost(Version version) {
        synchronized (lock) {
            Version now = lineageLocked(version.number()).version(version.number());
            return now == null || now.isLost();
        }
    }

    /** Where a chunk of a version lies; null when it is the base's, or the version is lost. */
    @Nullable
    ChunkLocation stored(Version version, long chunk) {
        synchronized (lock) {
            Lineage lineage = lineageLocked(version.number());
            Version now = lineage.version(version.number());
            StoredChunk stored = now == null || now.isLost() ? null : lineage.resolve(version.number(), chunk);
            return stored == null ? null : stored.location();
        }
    }

    long chunksOf(Version version) {
        synchronized (lock) {
            return lineageLocked(version.number()).chunksOf(version);
        }
    }

    /** D to A: the chunks were merged, and are the base's again. */
    void unmap(Version version, ChunkRange chunks) {
        synchronized (lock) {
            lineageLocked(version.number()).unmap(version.number(), chunks);
        }
    }

    /** A conflicting read has ended. */
    void endRead(ConflictingReads.Group group) {
        boolean last;
        synchronized (lock) {
            last = reads.end(group);
        }
        context.activity().readEnds();
        if (last) {
            group.drained().complete(null);
        }
    }

    /** A version as it is now; empty when it was freed. */
    Optional<LineageView> lineageOf(long number) {
        synchronized (lock) {
            for (Lineage lineage : lineages) {
                Version version = lineage.version(number);
                if (version != null) {
                    return Optional.of(new LineageView(version, lineage.base(), storedChunksLocked(lineage, version)));
                }
            }
            return Optional.empty();
        }
    }

    @GuardedBy("lock")
    private List<StoredChunk> storedChunksLocked(Lineage lineage, Version version) {
        List<StoredChunk> stored = new ArrayList<>();
        ChunkRange all =
                context.settings().geometry().covering(0, version.header().length());
        all.chunks().forEach(chunk -> {
            StoredChunk found = lineage.resolve(version.number(), chunk);
            if (found != null) {
                stored.add(found);
            }
        });
        return stored;
    }

    /** The owner under which a whole replica of this stamp is to be kept for those that rest on it; empty without any. */
    Optional<Version> lastRestingOn(long stamp) {
        synchronized (lock) {
            return lineages.stream()
                    .filter(lineage -> lineage.isReadable()
                            && (lineage.base().stampAfter() == stamp
                                    || lineage.base().stampBefore() == stamp))
                    .flatMap(Lineage::versions)
                    .max(Comparator.comparingLong(Version::number));
        }
    }

    /** The versions that read through this base. */
    List<Version> restingOn(long stamp) {
        synchronized (lock) {
            return lineages.stream()
                    .filter(lineage -> lineage.base().stampAfter() == stamp
                            || lineage.base().stampBefore() == stamp)
                    .flatMap(Lineage::versions)
                    .filter(Version::isReadable)
                    .toList();
        }
    }

    /** Answers a question about the lineages; it neither waits nor changes anything. */
    <T> T look(Function<List<Lineage>, T> question) {
        synchronized (lock) {
            return question.apply(lineages);
        }
    }

    // ---- drop, adopt, load

    /** Runs a step of a drop on the lineages; it must neither wait nor do I/O. */
    Release release(ReleaseRule rule) {
        synchronized (lock) {
            Release release = new Release();
            rule.apply(lineages, release);
            return release;
        }
    }

    /** Adds a version without a base: a private one, or one that is lost from the start. */
    void addAlone(Version version) {
        synchronized (lock) {
            findOrAddLocked(version.header().lineage(), null).append(version);
        }
    }

    /** Takes in what stores were found to hold of this block. */
    void load(Map<Long, List<LoadedVersion>> byLineage, Map<Long, LoadedBase> bases) {
        synchronized (lock) {
            byLineage.forEach(
                    (id, versions) -> findOrAddLocked(id, bases.getOrDefault(id, LoadedBase.unwritten(versions)))
                            .load(versions));
            for (Lineage lineage : lineages) {
                LoadedBase base = bases.get(lineage.id());
                if (base != null && base.sequence() > lineage.baseSequence()) {
                    lineage.setBase(base.base(), base.sequence());
                }
            }
        }
    }

    @GuardedBy("lock")
    private Lineage findOrAddLocked(long id, @Nullable LoadedBase base) {
        for (Lineage lineage : lineages) {
            if (lineage.id() == id) {
                return lineage;
            }
        }
        LoadedBase from = base == null ? LoadedBase.NONE : base;
        Lineage lineage =
                new Lineage(id, context.settings().geometry(), context.statistics(), from.base(), from.sequence());
        lineages.add(lineage);
        return lineage;
    }
}
