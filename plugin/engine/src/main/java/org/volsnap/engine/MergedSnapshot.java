/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.ChunkRange;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.SingleSnapshotStore;

/** The exceptions of a snapshot while they are merged away. Safe for many threads. */
final class MergedSnapshot {
    private final BlockIndex index;
    private final Preserver preserver;
    private final long blockId;
    private final Version version;
    private final SingleSnapshotStore store;

    MergedSnapshot(BlockIndex index, Preserver preserver, Version version, SingleSnapshotStore store) {
        this.index = index;
        this.preserver = preserver;
        this.blockId = version.header().key().blockId();
        this.version = version;
        this.store = store;
    }

    SingleSnapshotStore store() {
        return store;
    }

    /** Waits for what was pending when the merge began; nothing becomes pending after. */
    void settle() throws InterruptedIOException {
        preserver.settle(blockId);
    }

    boolean isLost() {
        try (BlockIndex.Use use = index.use(blockId)) {
            return use.block().isLost(version);
        }
    }

    /** Where the chunk lies; null when it is the origin's. */
    @Nullable
    ChunkLocation locate(long chunk) {
        try (BlockIndex.Use use = index.use(blockId)) {
            return use.block().stored(version, chunk);
        }
    }

    /** Exceptions that are left. */
    long chunks() {
        try (BlockIndex.Use use = index.use(blockId)) {
            return use.block().chunksOf(version);
        }
    }

    /** The chunks are the origin's again. */
    void unmap(ChunkRange chunks) {
        try (BlockIndex.Use use = index.use(blockId)) {
            use.block().unmap(version, chunks);
        }
    }

    @Override
    public String toString() {
        return version.header().toString();
    }
}
