/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.HashSet;
import java.util.Set;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.SnapshotId;

/** A version while it is put together from the records of a store. Ordered by number. Used by one thread. */
final class LoadedVersion implements Comparable<LoadedVersion> {
    /** Receives chunks in ascending order. */
    interface ChunkVisitor {
        void chunk(long chunk, long location);
    }

    private final ExceptionTable chunks = new ExceptionTable();
    private final Set<AttachedStore> alsoIn = new HashSet<>();
    private Version version;

    LoadedVersion(Version version) {
        this.version = version;
    }

    long number() {
        return version.number();
    }

    Version version() {
        return version;
    }

    /** Stores other than the version's that have a record of it: of its loss. */
    Set<AttachedStore> alsoIn() {
        return alsoIn;
    }

    void handDown(SnapshotId owner, boolean carrier) {
        version = version.handedTo(owner, carrier);
    }

    void lose(String reason) {
        version = version.lostFor(reason);
    }

    /** The first copy of a chunk counts; of a private one, the last. */
    void putChunk(long chunk, long location) {
        if (version.isPrivate()) {
            chunks.remove(chunk, 0);
        }
        chunks.put(chunk, 0, location);
    }

    void freeChunks(ChunkRange range) {
        range.chunks().forEach(chunk -> chunks.remove(chunk, 0));
    }

    void forEachChunk(ChunkVisitor visitor) {
        chunks.forEach((chunk, rank, location) -> visitor.chunk(chunk, location));
    }

    /** Two stores know the version: one has it, the other recorded its loss when the first could not. */
    LoadedVersion mergedWith(LoadedVersion other) {
        LoadedVersion whole = other.version.isLost() ? this : other;
        LoadedVersion part = whole == this ? other : this;
        whole.alsoIn.add(part.version.store());
        whole.alsoIn.addAll(part.alsoIn);
        if (part.version.lost() != null) {
            whole.lose(part.version.lost());
        }
        return whole;
    }

    /** What was read just now counts, where both are of the same store, which was away; a loss known here stays. */
    LoadedVersion over(LoadedVersion known) {
        if (!known.version.store().id().equals(version.store().id())) {
            return known.mergedWith(this);
        }
        if (known.version.lost() != null) {
            lose(known.version.lost());
        }
        return this;
    }

    @Override
    public int compareTo(LoadedVersion other) {
        return Long.compare(number(), other.number());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LoadedVersion that && number() == that.number();
    }

    @Override
    public int hashCode() {
        return Long.hashCode(number());
    }
}
