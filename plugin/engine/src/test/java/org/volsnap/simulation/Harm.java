/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where something was made to fail for one chain: only what is harmed may be lost there, whatever happened to another
 * chain. Safe for many threads.
 */
final class Harm {
    private final Set<Long> blocks = ConcurrentHashMap.newKeySet();

    /** Something of this block was made to fail: it may be lost. */
    void of(long blockId) {
        blocks.add(blockId);
    }

    boolean isOf(long blockId) {
        return blocks.contains(blockId);
    }
}
