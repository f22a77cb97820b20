/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.model;

import static java.util.Objects.requireNonNull;

/**
 * One block version: a block id of a block pool with one generation stamp. Two versions of one id never stand for the
 * same bytes, unless they were restored from one another by a rollback.
 *
 * @param pool the block pool's id; for a plain device, the device's name
 * @param blockId the block's id, any 64-bit value (striped blocks are negative)
 * @param stamp the generation stamp; 0 for a plain device
 */
public record BlockKey(String pool, long blockId, long stamp) {
    public BlockKey {
        requireNonNull(pool, "pool is null");
    }

    /** The same block under another generation stamp. */
    public BlockKey withStamp(long newStamp) {
        return new BlockKey(pool, blockId, newStamp);
    }

    @Override
    public String toString() {
        return pool + ":blk_" + blockId + "_" + stamp;
    }
}
