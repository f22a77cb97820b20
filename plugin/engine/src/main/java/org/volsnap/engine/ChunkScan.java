/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.function.LongPredicate;
import org.volsnap.model.BlockKey;

/** Looks through preserved chunks, so that rot is found before somebody needs them. Safe for many threads. */
public interface ChunkScan {
    /**
     * A chunk that is not what was committed, or that the disk can't read.
     *
     * @param key the block version that it was preserved for
     * @param version the number of that version
     * @param reason names file and offset
     */
    record Damage(BlockKey key, long version, long chunk, String reason) {}

    /** Called before each read, with how much is read; may wait. No lock is held meanwhile. */
    @FunctionalInterface
    interface Pace {
        /** @throws InterruptedIOException to end the scan */
        void before(int bytes) throws InterruptedIOException;
    }

    /** The blocks that have exceptions now, ascending; only those that are wanted. */
    long[] blocks(LongPredicate wanted);

    /**
     * Reads all chunks of a block that a storage volume's store holds for somebody. What is not what was committed is
     * recorded as lost for all that read it, as any read of it would; what the disk can't read is only told.
     *
     * @throws IOException when the store does not read at all, for another reason than damage
     */
    List<Damage> read(long blockId, VolumeStore volume, Pace pace) throws IOException;

    /** Whether a version is still known, lost or not. */
    boolean isKnown(long blockId, long version);
}
