/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A store that holds one version of one snapshot and nothing else, as each of the kernel's does: a write to the snapshot
 * goes into the same exceptions as a copy from the origin, in place. Replay shows the version first, even of a new store.
 */
public interface SingleSnapshotStore extends ExceptionStore {
    /**
     * Writes into a chunk that is committed. As volatile as any write to a device: {@link #flush} makes it durable.
     *
     * @param offset in the chunk, in bytes
     */
    void overwrite(ChunkLocation location, int offset, ByteBuffer data) throws IOException;

    /** Makes what {@link #overwrite} wrote durable. */
    void flush() throws IOException;

    OverflowPolicy overflowPolicy();

    /** Whether {@link #lastRun} works: a transient store can't be merged. */
    boolean isMergeable();

    /** The exceptions to merge next: those committed last; empty when none is left. */
    Optional<MergeRun> lastRun() throws IOException;

    /** Forgets the run that {@link #lastRun} gave, whose chunks are durable in the origin. Durable when it returns. */
    void removeMerged(MergeRun run) throws IOException;
}
