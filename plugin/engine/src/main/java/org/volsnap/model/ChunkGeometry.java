/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How a block is cut into chunks: aligned, power-of-two slices; the last one of a block may be short.
 *
 * @param shift log2 of the chunk size in bytes, from 9 (512 bytes) to 22 (4 MiB)
 */
public record ChunkGeometry(int shift) {
    public static final int MIN_SHIFT = 9;
    public static final int MAX_SHIFT = 22;

    public ChunkGeometry {
        checkArgument(
                shift >= MIN_SHIFT && shift <= MAX_SHIFT,
                "chunk shift must be %s to %s, was %s",
                MIN_SHIFT,
                MAX_SHIFT,
                shift);
    }

    /** The geometry of this chunk size in bytes: a power of two from 512 bytes to 4 MiB. */
    public static ChunkGeometry ofSize(long chunkSizeBytes) {
        checkArgument(
                Long.bitCount(chunkSizeBytes) == 1, "chunk size must be a power of two, was %s bytes", chunkSizeBytes);
        return new ChunkGeometry(Long.numberOfTrailingZeros(chunkSizeBytes));
    }

    public int chunkSizeBytes() {
        return 1 << shift;
    }

    /** The index of the chunk that holds this byte offset. */
    public long chunkOf(long offset) {
        return offset >> shift;
    }

    /** The byte offset at which this chunk begins. */
    public long offsetOf(long chunk) {
        return chunk << shift;
    }

    /** Bytes of this chunk that lie below {@code length}: 0 to the chunk size. */
    public int lengthOf(long chunk, long length) {
        long rest = length - offsetOf(chunk);
        return (int) Math.max(0, Math.min(chunkSizeBytes(), rest));
    }

    /** All chunks that hold bytes from {@code from} (inclusive) to {@code to} (exclusive); empty when there are none. */
    public ChunkRange covering(long from, long to) {
        if (to <= from) {
            return ChunkRange.EMPTY;
        }
        long first = chunkOf(from);
        return new ChunkRange(first, chunkOf(to - 1) - first + 1);
    }
}
