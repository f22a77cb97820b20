/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import org.volsnap.model.VersionHeader;
import org.volsnap.store.OverflowPolicy;
import org.volsnap.store.device.ChunkWriters;

/**
 * What a store cannot know from its device.
 *
 * @param id names the store for good
 * @param version the one version it holds; its length is that of the origin in bytes
 * @param chunkSectors chunk size for a new store, in sectors; 0: 32 sectors. What a store was made with counts more
 * @param overflowPolicy what the snapshot becomes when it is full
 * @param writeThreads writes of chunks at once; 0: the thread that commits a chunk writes it
 */
public record DmOptions(
        String id, VersionHeader version, long chunkSectors, OverflowPolicy overflowPolicy, int writeThreads) {
    public DmOptions {
        requireNonNull(id, "id is null");
        requireNonNull(version, "version is null");
        requireNonNull(overflowPolicy, "overflowPolicy is null");
        checkArgument(writeThreads >= 0, "writeThreads must not be negative, was %s", writeThreads);
    }

    public static DmOptions of(String id, VersionHeader version, long chunkSectors, OverflowPolicy overflowPolicy) {
        return new DmOptions(id, version, chunkSectors, overflowPolicy, ChunkWriters.DEFAULT_THREADS);
    }
}
