/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.model;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.stream.LongStream;

/**
 * Consecutive chunks of one block.
 *
 * @param first index of the first chunk, 0 or more
 * @param count number of chunks, 0 or more
 */
public record ChunkRange(long first, long count) {
    public static final ChunkRange EMPTY = new ChunkRange(0, 0);

    public ChunkRange {
        checkArgument(first >= 0 && count >= 0, "bad chunk range: first %s, count %s", first, count);
    }

    public static ChunkRange of(long chunk) {
        return new ChunkRange(chunk, 1);
    }

    /** Index after the last chunk. */
    public long end() {
        return first + count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    public boolean contains(long chunk) {
        return chunk >= first && chunk < end();
    }

    public LongStream chunks() {
        return LongStream.range(first, end());
    }
}
