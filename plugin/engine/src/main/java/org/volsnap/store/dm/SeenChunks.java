/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** A set of chunk numbers, small where they lie close together. Not safe for threads. */
final class SeenChunks {
    private static final int PAGE_SHIFT = 20;
    private static final int IN_PAGE = (1 << PAGE_SHIFT) - 1;

    private final Map<Long, BitSet> pages = new HashMap<>();

    /** Whether it was not there before. */
    boolean add(long chunk) {
        BitSet page = pages.computeIfAbsent(chunk >> PAGE_SHIFT, unused -> new BitSet());
        int bit = (int) (chunk & IN_PAGE);
        boolean added = !page.get(bit);
        page.set(bit);
        return added;
    }
}
