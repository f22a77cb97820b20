/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.Base;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ChunkRange;
import org.volsnap.store.ChunkLocation;

/**
 * Versions of one replica that rest on each other in the order of their numbers, the last one on the base; their
 * completed and pending exceptions.
 *
 * <p>Not safe for threads: its block's lock guards it.
 */
final class Lineage {
    /** A version in its place. Its index in the list is its rank in the table; freed ones leave their place empty. */
    private static final class Slot {
        private final long number;
        private @Nullable Version version;
        private long chunks;
        private long bytes;

        private Slot(Version version) {
            this.number = version.number();
            this.version = version;
        }
    }

    private final long id;
    private final ChunkGeometry geometry;
    private final Statistics statistics;
    private final List<Slot> slots = new ArrayList<>();
    private final Map<Long, PendingException> pending = new HashMap<>();
    private final Set<AttachedStore> stores = new HashSet<>();
    private ExceptionTable table = new ExceptionTable();
    private Base base;
    private long baseSequence;

    Lineage(long id, ChunkGeometry geometry, Statistics statistics, Base base, long baseSequence) {
        this.id = id;
        this.geometry = geometry;
        this.statistics = statistics;
        this.base = base;
        this.baseSequence = baseSequence;
    }

    long id() {
        return id;
    }

    /** Whether its one version is what a snapshot wrote itself. */
    boolean isPrivate() {
        if (slots.size() != 1) {
            return false;
        }
        Version only = slots.get(0).version;
        return only != null && only.isPrivate();
    }

    // ---- base

    Base base() {
        return base;
    }

    long baseSequence() {
        return baseSequence;
    }

    void setBase(Base newBase, long sequence) {
        base = newBase;
        baseSequence = sequence;
    }

    /** Whether somebody may still read through the base. */
    boolean isReadable() {
        return newest(Version::isReadable) != null;
    }

    /**
     * The stores that have something of this lineage, and so its base. One that is away is not told of a new base: it
     * learns it when it comes back while this process lives; after that its versions rest on a base that is gone.
     */
    List<AttachedStore> presentStores() {
        return stores.stream().filter(AttachedStore::isPresent).toList();
    }

    /** Another store has a record of one of the versions. */
    void alsoIn(AttachedStore store) {
        stores.add(store);
    }

    // ---- versions

    /** All versions, carriers too, oldest first. */
    Stream<Version> versions() {
        return slots.stream().flatMap(slot -> Stream.ofNullable(slot.version));
    }

    @Nullable
    Version version(long number) {
        int rank = rank(number);
        return rank < 0 ? null : slots.get(rank).version;
    }

    /** A version that fits, looked for from the newest on; null when there is none. */
    @Nullable
    Version newest(Predicate<Version> fits) {
        for (int rank = slots.size() - 1; rank >= 0; rank--) {
            Version version = slots.get(rank).version;
            if (version != null && fits.test(version)) {
                return version;
            }
        }
        return null;
    }

    /** The version with the oldest owner that this snapshot sees under this key; null when there is none. */
    @Nullable
    Version visible(ChainLink snapshot, BlockKey key) {
        Version visible = null;
        for (Slot slot : slots) {
            Version version = slot.version;
            if (version != null
                    && version.header().key().equals(key)
                    && Visibility.sees(snapshot, version)
                    && (visible == null || Version.OLDEST_OWNER.compare(version, visible) < 0)) {
                visible = version;
            }
        }
        return visible;
    }

    /** Adds a version that is newer than all. */
    void append(Version version) {
        slots.add(new Slot(version));
        stores.add(version.store());
        statistics.version(version, 1);
    }

    /** Puts another state of a version in its place. */
    void replace(Version changed) {
        Slot slot = slots.get(rank(changed.number()));
        Version before = slot.version;
        if (before == null) {
            throw new IllegalStateException("version " + changed.number() + " was freed");
        }
        statistics.version(before, -1);
        statistics.chunks(before.header().owner(), -slot.chunks, -slot.bytes);
        slot.version = changed;
        statistics.version(changed, 1);
        statistics.chunks(changed.header().owner(), slot.chunks, slot.bytes);
    }

    /** Takes a version out, whose chunks are gone. */
    void free(Version version) {
        Slot slot = slots.get(rank(version.number()));
        if (slot.chunks != 0) {
            throw new IllegalStateException("version " + version.number() + " still holds " + slot.chunks + " chunks");
        }
        slot.version = null;
        statistics.version(version, -1);
    }

    /** Takes a version out with its chunks; no other may resolve to them. */
    void freeWithChunks(Version version) {
        int rank = rank(version.number());
        ChunkSet held = new ChunkSet();
        table.forEach((chunk, at, location) -> {
            if (at == rank) {
                held.add(chunk);
            }
        });
        held.ranges().forEach(range -> range.chunks().forEach(chunk -> freeChunk(rank, chunk)));
        free(version);
    }

    /** The version that gets the next chunks: the last that is not lost. */
    @Nullable
    Version target() {
        for (int rank = slots.size() - 1; rank >= 0; rank--) {
            Version version = slots.get(rank).version;
            if (version != null && !version.isLost()) {
                return version;
            }
        }
        return null;
    }

    /** The number of the last version; 0 when there is none. */
    long lastNumber() {
        return slots.isEmpty() ? 0 : slots.get(slots.size() - 1).number;
    }

    // ---- completed exceptions

    /** Where a version's chunk lies in a store; null when it is the base's. */
    @Nullable
    StoredChunk resolve(long number, long chunk) {
        ExceptionTable.Hit hit = table.ceiling(chunk, rank(number));
        if (hit == null) {
            return null;
        }
        Version holder = slots.get(hit.rank()).version;
        if (holder == null) {
            throw new IllegalStateException("chunk " + chunk + " lies in a freed version of lineage " + id);
        }
        return new StoredChunk(chunk, holder, new ChunkLocation(hit.location()));
    }

    /** All chunks that lie in this store, needed or not. */
    List<StoredChunk> chunksIn(AttachedStore store) {
        List<StoredChunk> found = new ArrayList<>();
        table.forEach((chunk, rank, location) -> {
            Version holder = slots.get(rank).version;
            if (holder != null && holder.store() == store) {
                found.add(new StoredChunk(chunk, holder, new ChunkLocation(location)));
            }
        });
        return found;
    }

    /** How many bytes of a chunk are still read from the base; 0 when no version up to this number needs it. */
    int neededBytes(long chunk, long upTo) {
        int needed = 0;
        for (int rank = table.highestRank(chunk) + 1; rank < slots.size() && slots.get(rank).number <= upTo; rank++) {
            Version version = slots.get(rank).version;
            if (version != null && version.isReadable()) {
                needed = Math.max(needed, version.lengthOf(geometry, chunk));
            }
        }
        return needed;
    }

    /** The readable versions up to this number that read a chunk from the base. */
    List<Version> readersOfBase(long chunk, long upTo) {
        List<Version> readers = new ArrayList<>();
        for (int rank = table.highestRank(chunk) + 1; rank < slots.size() && slots.get(rank).number <= upTo; rank++) {
            Version version = slots.get(rank).version;
            if (version != null && version.isReadable() && version.lengthOf(geometry, chunk) > 0) {
                readers.add(version);
            }
        }
        return readers;
    }

    private ChunkState state(long number, long chunk) {
        int rank = rank(number);
        return ChunkState.of(pending.containsKey(chunk), rank >= 0 && table.holds(chunk, rank));
    }

    /** B to C. */
    void completePending(PendingException exception, ChunkLocation location) {
        ChunkState.validate(state(exception.target().number(), exception.chunk()), ChunkState.DRAINING);
        complete(exception.target().number(), exception.chunk(), location);
    }

    /** A chunk of a private version lies somewhere else from now on. Nothing when the version was freed. */
    void rewrite(long number, long chunk, ChunkLocation location) {
        if (version(number) != null) {
            freeChunk(rank(number), chunk);
            complete(number, chunk, location);
        }
    }

    private void complete(long number, long chunk, ChunkLocation location) {
        int rank = rank(number);
        if (table.put(chunk, rank, location.value())) {
            count(slots.get(rank), chunk, 1);
        }
    }

    private void freeChunk(int rank, long chunk) {
        if (table.remove(chunk, rank)) {
            count(slots.get(rank), chunk, -1);
        }
    }

    /** D to A, the last chunk first: what a merge took from a version that is alone in its lineage. */
    void unmap(long number, ChunkRange chunks) {
        for (long chunk = chunks.end() - 1; chunk >= chunks.first(); chunk--) {
            ChunkState.validate(state(number, chunk), ChunkState.UNTOUCHED);
            freeChunk(rank(number), chunk);
        }
    }

    private void count(Slot slot, long chunk, int sign) {
        Version version = slot.version;
        if (version == null) {
            throw new IllegalStateException("version " + slot.number + " was freed");
        }
        int bytes = version.lengthOf(geometry, chunk) * sign;
        slot.chunks += sign;
        slot.bytes += bytes;
        statistics.chunks(version.header().owner(), sign, bytes);
    }

    /** Frees the carriers' chunks that no readable version resolves to. */
    Map<Version, ChunkSet> freeUnneeded() {
        Map<Version, ChunkSet> freed = new HashMap<>();
        table.forEach(new ExceptionTable.Visitor() {
            private long lastChunk = -1;
            private int lastRank = -1;

            @Override
            public void exception(long chunk, int rank, long location) {
                int after = chunk == lastChunk ? lastRank : -1;
                lastChunk = chunk;
                lastRank = rank;
                Version holder = slots.get(rank).version;
                if (holder != null && holder.carrier() && !isResolvedBetween(chunk, after, rank)) {
                    freed.computeIfAbsent(holder, version -> new ChunkSet()).add(chunk);
                }
            }
        });
        freed.forEach((version, chunks) -> chunks.ranges()
                .forEach(range -> range.chunks().forEach(chunk -> freeChunk(rank(version.number()), chunk))));
        return freed;
    }

    private boolean isResolvedBetween(long chunk, int afterRank, int beforeRank) {
        for (int rank = afterRank + 1; rank < beforeRank; rank++) {
            Version version = slots.get(rank).version;
            if (version != null && version.isReadable() && version.lengthOf(geometry, chunk) > 0) {
                return true;
            }
        }
        return false;
    }

    long chunksOf(Version version) {
        return slots.get(rank(version.number())).chunks;
    }

    // ---- pending exceptions

    @Nullable
    PendingException pending(long chunk) {
        return pending.get(chunk);
    }

    Collection<PendingException> pending() {
        return pending.values();
    }

    void addPending(PendingException exception) {
        ChunkState.validate(state(exception.target().number(), exception.chunk()), ChunkState.COPYING);
        pending.put(exception.chunk(), exception);
    }

    /** @throws IllegalStateException when it is not there */
    void removePending(PendingException exception) {
        long chunk = exception.chunk();
        long number = exception.target().number();
        ChunkState before = state(number, chunk);
        if (!pending.remove(chunk, exception)) {
            throw new IllegalStateException("chunk " + chunk + " of version " + number + " is not pending");
        }
        if (chunk != PendingException.HEADER) {
            ChunkState.validate(before, state(number, chunk));
        }
    }

    // ---- loading

    /** Takes in what a store was found to hold; versions that are known are replaced with all their chunks. */
    void load(List<LoadedVersion> loaded) {
        Map<Long, LoadedVersion> byNumber = new HashMap<>();
        loaded.forEach(version -> byNumber.merge(version.number(), version, LoadedVersion::mergedWith));
        versions().forEach(known -> byNumber.merge(known.number(), takeOut(known), (found, old) -> found.over(old)));
        slots.clear();
        table = new ExceptionTable();
        byNumber.values().stream().sorted().forEach(found -> {
            append(found.version());
            stores.addAll(found.alsoIn());
            found.forEachChunk((chunk, location) -> complete(found.number(), chunk, new ChunkLocation(location)));
        });
    }

    private LoadedVersion takeOut(Version version) {
        int rank = rank(version.number());
        LoadedVersion out = new LoadedVersion(version);
        table.forEach((chunk, at, location) -> {
            if (at == rank) {
                out.putChunk(chunk, location);
            }
        });
        Slot slot = slots.get(rank);
        statistics.version(version, -1);
        statistics.chunks(version.header().owner(), -slot.chunks, -slot.bytes);
        return out;
    }

    /** The place of a version; negative when it has none (yet). */
    private int rank(long number) {
        int low = 0;
        int high = slots.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long at = slots.get(middle).number;
            if (at == number) {
                return middle;
            }
            if (at < number) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }
}
