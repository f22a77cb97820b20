/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionHeader;

/**
 * One look of an origin change at its block's tables: dm-snap.c's __origin_write. Pending exceptions come first, then
 * completed ones; what is missing becomes pending.
 *
 * <p>Lives inside one step under the block's lock, and is not kept.
 */
final class OriginWalk {
    private final EngineContext context;
    private final List<Lineage> lineages;
    private final ConflictingReads reads;
    private final Walk walk;
    private final Change change;

    OriginWalk(EngineContext context, List<Lineage> lineages, ConflictingReads reads, Walk walk) {
        this.context = context;
        this.lineages = lineages;
        this.reads = reads;
        this.walk = walk;
        this.change = walk.change();
    }

    /** @param owner the snapshot for which a version is made, when it needs the replica and has none of it */
    void run(@Nullable ChainLink owner) {
        List<Lineage> resting = restingOnReplica();
        Lineage home = null;
        if (owner != null && needsVersion(owner)) {
            if (resting.isEmpty()) {
                resting.add(newLineage());
            }
            home = resting.get(resting.size() - 1);
        }
        for (Lineage lineage : resting) {
            visit(lineage, lineage == home ? owner : null);
        }
        forEachChunkAtRisk(chunk -> walk.waitFor(reads.drain(chunk)));
    }

    /** Lineages whose base is this replica, the one with the newest version last. */
    private List<Lineage> restingOnReplica() {
        LiveReplica live = change.replica();
        List<Lineage> resting = new ArrayList<>();
        for (Lineage lineage : lineages) {
            if (lineage.base().matches(live.key().stamp(), live.length())) {
                resting.add(lineage);
            }
        }
        resting.sort(Comparator.comparingLong(Lineage::lastNumber));
        return resting;
    }

    private boolean needsVersion(ChainLink owner) {
        if (!owner.fence().contains(change.replica().key().stamp())) {
            return false;
        }
        for (Lineage lineage : lineages) {
            if (lineage.newest(version -> isHad(owner, version)) != null) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether the snapshot has the replica in this version. What a newer one that is being dropped still owns counts: it is
     * about to be handed down. A version that was made for another change does not while T is not known: that change was
     * given up, or the replica would have another stamp, and T may come after it.
     */
    private boolean isHad(ChainLink owner, Version version) {
        long replacedBy = version.header().replacedByStamp();
        boolean givenUp =
                owner.fence().isOpen() && replacedBy != VersionHeader.NEVER && replacedBy != change.replacedByStamp();
        return !givenUp && version.header().key().equals(change.replica().key()) && Visibility.sees(owner, version);
    }

    private Lineage newLineage() {
        Lineage lineage = new Lineage(
                context.numbers().next(),
                context.settings().geometry(),
                context.statistics(),
                change.base(),
                context.numbers().next());
        lineages.add(lineage);
        return lineage;
    }

    /** A header that is pending is waited for alone: it decides where chunks go. */
    private void visit(Lineage lineage, @Nullable ChainLink newOwner) {
        PendingException header = lineage.pending(PendingException.HEADER);
        if (header != null) {
            walk.waitFor(header.gone());
        } else if (newOwner != null) {
            Version created = Version.preserved(headerOf(lineage, newOwner), change.store());
            startHeader(lineage, created, created);
            forEachChunkAtRisk(chunk -> visitChunk(lineage, chunk, created, lengthOf(created, chunk)));
        } else {
            Version target = lineage.target();
            if (target != null) {
                if (walk.rebases(lineage) && lineage.isReadable()) {
                    startHeader(lineage, target, null);
                }
                forEachChunkAtRisk(chunk -> visitChunk(lineage, chunk, target, 0));
            }
        }
    }

    private interface ChunkVisitor {
        void visit(long chunk);
    }

    private void forEachChunkAtRisk(ChunkVisitor visitor) {
        for (ChunkRange range : change.atRisk()) {
            for (long chunk = range.first(); chunk < range.end(); chunk++) {
                visitor.visit(chunk);
            }
        }
    }

    private int lengthOf(Version version, long chunk) {
        return version.lengthOf(context.settings().geometry(), chunk);
    }

    private VersionHeader headerOf(Lineage lineage, ChainLink owner) {
        LiveReplica live = change.replica();
        return new VersionHeader(
                context.numbers().next(),
                lineage.id(),
                live.key(),
                owner.id(),
                live.length(),
                live.state(),
                replacedByStamp(owner.fence()),
                live.checksumHeader());
    }

    /**
     * When T is known, the change comes after it, even if its stamp was given out before: a truncate or a recovery takes
     * its stamp when the NameNode is asked for it, and gets to the DataNode seconds later. That stamp says nothing of the
     * time then.
     */
    private long replacedByStamp(StampFence fence) {
        long stamp = change.replacedByStamp();
        return !fence.isOpen() && fence.contains(stamp) ? VersionHeader.NEVER : stamp;
    }

    private void startHeader(Lineage lineage, Version target, @Nullable Version created) {
        PendingException pending = new PendingException(lineage, PendingException.HEADER, target, 0);
        addPending(pending);
        long sequence = context.numbers().next();
        if (walk.rebases(lineage)) {
            lineage.setBase(change.base(), sequence);
        }
        Set<AttachedStore> stores = new LinkedHashSet<>(lineage.presentStores());
        if (created != null) {
            stores.add(created.store());
        }
        walk.start(new Walk.HeaderWork(pending, created, lineage.base(), sequence, List.copyOf(stores)));
    }

    /** @param ownNeed bytes that a version needs which is not in the table yet */
    private void visitChunk(Lineage lineage, long chunk, Version target, int ownNeed) {
        PendingException pending = lineage.pending(chunk);
        if (pending != null) {
            walk.waitFor(pending.gone());
            return;
        }
        int needed = Math.max(ownNeed, lineage.neededBytes(chunk, target.number()));
        if (needed > 0) {
            PendingException copy = new PendingException(lineage, chunk, target, needed);
            addPending(copy);
            walk.start(copy);
        }
    }

    private void addPending(PendingException pending) {
        pending.lineage().addPending(pending);
        context.activity().pendingBegins();
    }
}
