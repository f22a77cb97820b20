/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.StoreRecord;

/** What one store has acknowledged, whatever became of the process since. Safe for many threads. */
final class Ledger {
    record Chunk(long version, long chunk) {}

    private final Set<Long> versions = new HashSet<>();
    private final Map<Chunk, Integer> chunks = new HashMap<>();
    private final Set<Long> losses = new HashSet<>();
    private final Map<Long, Long> blockOfVersion = new HashMap<>();
    private final Map<Long, Long> blockOfLineage = new HashMap<>();
    private final Set<Long> privates = new HashSet<>();

    /** Learns which block a version is of, acknowledged or not. */
    synchronized void meet(VersionHeader header) {
        blockOfVersion.put(header.number(), header.key().blockId());
        blockOfLineage.put(header.lineage(), header.key().blockId());
        if (header.state() == VersionState.PRIVATE) {
            privates.add(header.number());
        }
    }

    /** Whether a snapshot wrote it itself. */
    synchronized boolean isPrivate(long version) {
        return privates.contains(version);
    }

    /** The block that a record is about; -1 when it is not known. */
    synchronized long blockOf(StoreRecord record) {
        if (record instanceof StoreRecord.VersionPreserved preserved) {
            return preserved.header().key().blockId();
        } else if (record instanceof StoreRecord.BaseChanged changed) {
            return blockOfLineage.getOrDefault(changed.lineage(), -1L);
        }
        return -1;
    }

    synchronized long blockOf(long version) {
        return blockOfVersion.getOrDefault(version, -1L);
    }

    /** Something is about to be freed: from now on it may be there or not. */
    synchronized void submitted(StoreRecord record) {
        if (record instanceof StoreRecord.VersionFreed freed) {
            versions.remove(freed.version());
            losses.remove(freed.version());
            chunks.keySet().removeIf(chunk -> chunk.version() == freed.version());
        } else if (record instanceof StoreRecord.ChunksFreed freed) {
            ChunkRange range = freed.chunks();
            chunks.keySet().removeIf(chunk -> chunk.version() == freed.version() && range.contains(chunk.chunk()));
        }
    }

    synchronized void acknowledged(StoreRecord record) {
        if (record instanceof StoreRecord.VersionPreserved preserved) {
            versions.add(preserved.header().number());
        }
    }

    /**
     * @param sum over the chunk's bytes
     * @return the sum of an earlier copy of the same chunk; null when this is the first one
     */
    @Nullable
    synchronized Integer acknowledged(Chunk chunk, int sum) {
        return chunks.putIfAbsent(chunk, sum);
    }

    synchronized void acknowledgedLoss(long version) {
        losses.add(version);
    }

    synchronized Set<Long> versions() {
        return Set.copyOf(versions);
    }

    /** Of versions whose header is acknowledged: without it a chunk is nobody's. */
    synchronized Set<Chunk> chunks() {
        return chunks.keySet().stream()
                .filter(chunk -> versions.contains(chunk.version()))
                .collect(Collectors.toSet());
    }

    synchronized Set<Long> losses() {
        return Set.copyOf(losses);
    }
}
