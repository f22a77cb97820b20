/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of an {@link ExceptionTable} in packed arrays. An entry is one exception, or a run: {@code count}
 * consecutive chunks of one rank with locations {@code stride} apart. Entries ascend by chunk, then rank.
 *
 * <pre>
 *   chunks[i]     first chunk, less base (31 bits); the sign says that it is a run
 *   ranks[i]      rank; no array as long as all entries have one rank
 *   locations[i]  the location; of a run, the index of its three longs in runs:
 *   runs          first location, stride, count
 * </pre>
 *
 * Nothing lies between the chunks of a run in the order of keys: whatever comes between splits it.
 */
final class ExceptionLeaf {
    static final long MAX_CHUNK = (1L << 40) - 1;
    static final int MAX_RANK = (1 << 22) - 1;

    private static final int RUN = 1 << 31;
    private static final int RANK_BITS = 22;
    private static final int CAPACITY = 256;
    private static final int GROWTH = 4;
    private static final int RUN_LONGS = 3;

    private long base;
    private int[] chunks = new int[1];
    private int @Nullable [] ranks;
    private int commonRank;
    private long[] locations = new long[1];
    private long[] runs = new long[0];
    private int size;

    /** What entries are ordered by. */
    static long key(long chunk, int rank) {
        return chunk << RANK_BITS | rank;
    }

    int size() {
        return size;
    }

    /** Room for one put or remove, which adds two entries at most, is kept free. */
    boolean isFull() {
        return size >= CAPACITY - 2;
    }

    /** Whether the chunk is near enough to the others to be put here. */
    boolean reaches(long chunk) {
        if (size == 0) {
            return true;
        }
        long last = firstChunk(size - 1) + count(size - 1) - 1;
        return Math.max(last, chunk) - Math.min(base, chunk) <= Integer.MAX_VALUE;
    }

    long firstKey() {
        return key(0);
    }

    private long key(int i) {
        return key(firstChunk(i), rank(i));
    }

    long firstChunk(int i) {
        return base + (chunks[i] & ~RUN);
    }

    int rank(int i) {
        return ranks == null ? commonRank : ranks[i];
    }

    boolean covers(int i, long chunk) {
        return firstChunk(i) <= chunk && chunk < firstChunk(i) + count(i);
    }

    ExceptionTable.Hit hit(int i, long chunk) {
        return new ExceptionTable.Hit(rank(i), location(i, chunk));
    }

    /** The index of the first entry that begins at or after the key; the size when there is none. */
    int firstAtOrAfter(long key) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (key(middle) < key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Adds an exception that is not there. */
    void put(long chunk, int rank, long location) {
        int next = firstAtOrAfter(key(chunk, rank));
        if (next > 0 && covers(next - 1, chunk)) {
            int run = next - 1;
            long head = chunk - firstChunk(run) + (rank(run) < rank ? 1 : 0);
            if (head < count(run)) {
                split(run, head);
            }
        } else if (next > 0 && append(next - 1, chunk, rank, location)) {
            return;
        } else if (next < size && prepend(next, chunk, rank, location)) {
            return;
        }
        insert(next, chunk, rank, location, 0, 1);
    }

    /** Removes an exception that is there. */
    void remove(long chunk, int rank) {
        int i = firstAtOrAfter(key(chunk, rank));
        if (i == size || firstChunk(i) != chunk || rank(i) != rank) {
            i--;
        }
        long before = chunk - firstChunk(i);
        if (before > 0) {
            split(i, before);
            i++;
        }
        if (count(i) > 1) {
            split(i, 1);
        }
        delete(i);
    }

    /** Moves the upper half, or of the last leaf only the last entry (chunks often come in ascending order), out. */
    ExceptionLeaf splitOff(boolean lastLeaf) {
        int from = lastLeaf ? size - 1 : size / 2;
        ExceptionLeaf upper = new ExceptionLeaf();
        for (int i = from; i < size; i++) {
            upper.insert(i - from, firstChunk(i), rank(i), location(i, firstChunk(i)), stride(i), count(i));
        }
        ExceptionLeaf lower = new ExceptionLeaf();
        for (int i = 0; i < from; i++) {
            lower.insert(i, firstChunk(i), rank(i), location(i, firstChunk(i)), stride(i), count(i));
        }
        base = lower.base;
        chunks = Arrays.copyOf(lower.chunks, from);
        ranks = lower.ranks == null ? null : Arrays.copyOf(lower.ranks, from);
        commonRank = lower.commonRank;
        locations = Arrays.copyOf(lower.locations, from);
        runs = lower.runs;
        size = from;
        return upper;
    }

    void forEach(ExceptionTable.Visitor visitor) {
        for (int i = 0; i < size; i++) {
            long first = firstChunk(i);
            for (long chunk = first; chunk < first + count(i); chunk++) {
                visitor.exception(chunk, rank(i), location(i, chunk));
            }
        }
    }

    // ---- runs

    private boolean isRun(int i) {
        return chunks[i] < 0;
    }

    private long count(int i) {
        return isRun(i) ? runs[(int) locations[i] + 2] : 1;
    }

    private long stride(int i) {
        return isRun(i) ? runs[(int) locations[i] + 1] : 0;
    }

    private long location(int i, long chunk) {
        return isRun(i)
                ? runs[(int) locations[i]] + (chunk - firstChunk(i)) * runs[(int) locations[i] + 1]
                : locations[i];
    }

    /** Makes the entry longer by the chunk after its last, when that fits. */
    private boolean append(int i, long chunk, int rank, long location) {
        long count = count(i);
        if (rank(i) != rank || firstChunk(i) + count != chunk) {
            return false;
        }
        long first = location(i, firstChunk(i));
        long stride = count == 1 ? location - first : stride(i);
        if (location != first + count * stride) {
            return false;
        }
        set(i, firstChunk(i), rank, first, stride, count + 1);
        return true;
    }

    /** Makes the entry longer by the chunk before its first, when that fits. */
    private boolean prepend(int i, long chunk, int rank, long location) {
        long count = count(i);
        if (rank(i) != rank || firstChunk(i) != chunk + 1) {
            return false;
        }
        long first = location(i, firstChunk(i));
        long stride = count == 1 ? first - location : stride(i);
        if (location != first - stride) {
            return false;
        }
        makeRoomFor(chunk, rank);
        set(i, chunk, rank, location, stride, count + 1);
        return true;
    }

    /** Cuts a run after its first {@code head} chunks. */
    private void split(int i, long head) {
        long chunk = firstChunk(i);
        long first = location(i, chunk);
        long stride = stride(i);
        long tail = count(i) - head;
        int rank = rank(i);
        set(i, chunk, rank, first, stride, head);
        insert(i + 1, chunk + head, rank, first + head * stride, stride, tail);
    }

    // ---- arrays

    private void insert(int at, long chunk, int rank, long location, long stride, long count) {
        if (size == chunks.length) {
            grow(size < GROWTH ? size + 1 : Math.min(CAPACITY, size + GROWTH));
        }
        makeRoomFor(chunk, rank);
        System.arraycopy(chunks, at, chunks, at + 1, size - at);
        System.arraycopy(locations, at, locations, at + 1, size - at);
        if (ranks != null) {
            System.arraycopy(ranks, at, ranks, at + 1, size - at);
        }
        size++;
        chunks[at] = 0;
        set(at, chunk, rank, location, stride, count);
    }

    private void grow(int length) {
        chunks = Arrays.copyOf(chunks, length);
        locations = Arrays.copyOf(locations, length);
        if (ranks != null) {
            ranks = Arrays.copyOf(ranks, length);
        }
    }

    /** Makes base and ranks such that an entry for this chunk and rank can be told. */
    private void makeRoomFor(long chunk, int rank) {
        if (size == 0) {
            base = chunk;
            commonRank = rank;
            ranks = null;
        } else if (chunk < base) {
            int shift = (int) (base - chunk);
            for (int i = 0; i < size; i++) {
                chunks[i] += shift;
            }
            base = chunk;
        }
        if (ranks == null && rank != commonRank) {
            int[] all = new int[chunks.length];
            Arrays.fill(all, commonRank);
            ranks = all;
        }
    }

    private void set(int i, long chunk, int rank, long location, long stride, long count) {
        boolean wasRun = isRun(i);
        int run = wasRun ? (int) locations[i] : runs.length;
        if (ranks != null) {
            ranks[i] = rank;
        }
        if (count == 1) {
            if (wasRun) {
                dropRun(run);
            }
            chunks[i] = (int) (chunk - base);
            locations[i] = location;
            return;
        }
        if (!wasRun) {
            runs = Arrays.copyOf(runs, runs.length + RUN_LONGS);
        }
        chunks[i] = (int) (chunk - base) | RUN;
        locations[i] = run;
        runs[run] = location;
        runs[run + 1] = stride;
        runs[run + 2] = count;
    }

    private void delete(int i) {
        if (isRun(i)) {
            dropRun((int) locations[i]);
        }
        System.arraycopy(chunks, i + 1, chunks, i, size - i - 1);
        if (ranks != null) {
            System.arraycopy(ranks, i + 1, ranks, i, size - i - 1);
        }
        System.arraycopy(locations, i + 1, locations, i, size - i - 1);
        size--;
    }

    /** Puts the last run in the place of this one. */
    private void dropRun(int run) {
        int last = runs.length - RUN_LONGS;
        for (int i = 0; i < size; i++) {
            if (isRun(i) && locations[i] == last) {
                locations[i] = run;
            }
        }
        System.arraycopy(runs, last, runs, run, RUN_LONGS);
        runs = Arrays.copyOf(runs, last);
    }
}
