/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Neighbouring exceptions that a merge copies back in one go (persistent_prepare_merge).
 *
 * @param firstChunk the first chunk of the origin
 * @param firstLocation where it lies; the others follow, one location on for each chunk
 * @param count chunks, 1 or more
 */
public record MergeRun(long firstChunk, ChunkLocation firstLocation, int count) {
    public MergeRun {
        checkArgument(count >= 1, "count must be 1 or more, was %s", count);
    }
}
