/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The completed chunk exceptions of one lineage: (chunk, rank) to location, where the rank is the place of a version in
 * its lineage. Ordered by chunk, then rank, so that one ceiling look-up says which version answers for a chunk.
 *
 * <p>Memory: a lone exception takes a long and an int in the packed arrays of a leaf, and another int where versions mix. Consecutive chunks of one version whose
 * locations are evenly spaced are one entry (dm_consecutive_chunk_count in dm-exception-store.h), as long as no other
 * exception lies between them in the table's order.
 *
 * <p>Not safe for threads: its block's lock guards it.
 */
final class ExceptionTable {
    /** An exception found: which version holds it, and where. */
    record Hit(int rank, long location) {}

    /** Receives exceptions in the table's order. */
    interface Visitor {
        void exception(long chunk, int rank, long location);
    }

    private final List<ExceptionLeaf> leaves = new ArrayList<>();
    private long size;

    /** Completed exceptions: chunks, not entries. */
    long size() {
        return size;
    }

    /** Entries: a run counts once. */
    int entryCount() {
        return leaves.stream().mapToInt(ExceptionLeaf::size).sum();
    }

    /** The exception of this chunk with the least rank that is {@code rank} or more. */
    @Nullable
    Hit ceiling(long chunk, int rank) {
        if (leaves.isEmpty()) {
            return null;
        }
        long key = ExceptionLeaf.key(chunk, rank);
        int leafIndex = leafFor(key);
        ExceptionLeaf leaf = leaves.get(leafIndex);
        int next = leaf.firstAtOrAfter(key);
        if (next > 0 && leaf.covers(next - 1, chunk) && leaf.rank(next - 1) >= rank) {
            return leaf.hit(next - 1, chunk);
        }
        if (next == leaf.size()) {
            if (++leafIndex == leaves.size()) {
                return null;
            }
            leaf = leaves.get(leafIndex);
            next = 0;
        }
        return leaf.firstChunk(next) == chunk ? leaf.hit(next, chunk) : null;
    }

    /** The greatest rank that has an exception of this chunk; -1 when there is none. */
    int highestRank(long chunk) {
        if (leaves.isEmpty()) {
            return -1;
        }
        long last = ExceptionLeaf.key(chunk, ExceptionLeaf.MAX_RANK);
        ExceptionLeaf leaf = leaves.get(leafFor(last));
        int at = leaf.firstAtOrAfter(last + 1) - 1;
        return at >= 0 && leaf.covers(at, chunk) ? leaf.rank(at) : -1;
    }

    boolean holds(long chunk, int rank) {
        Hit hit = ceiling(chunk, rank);
        return hit != null && hit.rank() == rank;
    }

    /**
     * Adds an exception.
     *
     * @return false when this version has the chunk already: the first copy wins
     */
    boolean put(long chunk, int rank, long location) {
        checkArgument(chunk >= 0 && chunk <= ExceptionLeaf.MAX_CHUNK, "chunk out of bounds: %s", chunk);
        checkArgument(rank >= 0 && rank <= ExceptionLeaf.MAX_RANK, "rank out of bounds: %s", rank);
        if (holds(chunk, rank)) {
            return false;
        }
        if (leaves.isEmpty()) {
            leaves.add(new ExceptionLeaf());
        }
        int leafIndex = leafFor(ExceptionLeaf.key(chunk, rank));
        ExceptionLeaf leaf = leaves.get(leafIndex);
        if (!leaf.reaches(chunk)) {
            leafIndex = chunk < leaf.firstChunk(0) ? leafIndex : leafIndex + 1;
            leaf = new ExceptionLeaf();
            leaves.add(leafIndex, leaf);
        }
        leaf.put(chunk, rank, location);
        size++;
        if (leaf.isFull()) {
            leaves.add(leafIndex + 1, leaf.splitOff(leafIndex == leaves.size() - 1));
        }
        return true;
    }

    /** Removes an exception; false when there is none. */
    boolean remove(long chunk, int rank) {
        if (!holds(chunk, rank)) {
            return false;
        }
        int leafIndex = leafFor(ExceptionLeaf.key(chunk, rank));
        ExceptionLeaf leaf = leaves.get(leafIndex);
        leaf.remove(chunk, rank);
        size--;
        if (leaf.size() == 0) {
            leaves.remove(leafIndex);
        } else if (leaf.isFull()) {
            leaves.add(leafIndex + 1, leaf.splitOff(false));
        }
        return true;
    }

    void forEach(Visitor visitor) {
        for (ExceptionLeaf leaf : leaves) {
            leaf.forEach(visitor);
        }
    }

    /** The last leaf that begins at or before the key; the first one when none does. */
    private int leafFor(long key) {
        int low = 0;
        int high = leaves.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (leaves.get(middle).firstKey() <= key) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
