/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.ArrayList;
import java.util.List;
import org.volsnap.model.ChunkRange;

/** Chunks in ascending order, gathered into ranges. */
final class ChunkSet {
    private final List<ChunkRange> ranges = new ArrayList<>();

    void add(long chunk) {
        int last = ranges.size() - 1;
        if (last >= 0 && ranges.get(last).end() == chunk) {
            ChunkRange range = ranges.get(last);
            ranges.set(last, new ChunkRange(range.first(), range.count() + 1));
        } else {
            ranges.add(ChunkRange.of(chunk));
        }
    }

    List<ChunkRange> ranges() {
        return ranges;
    }
}
