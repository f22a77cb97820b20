/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreRecord.VersionFreed;
import org.volsnap.store.StoreRecord.VersionLost;
import org.volsnap.store.StoreRecord.VersionPreserved;

/** Collects what a store tells, as an engine would. */
final class Replayed implements ExceptionStore.Replay {
    record ChunkAddress(long version, long chunk) {}

    final List<StoreRecord> records = new ArrayList<>();
    final Map<ChunkAddress, ChunkLocation> chunks = new HashMap<>();
    final Map<ChunkAddress, Integer> lengths = new HashMap<>();
    final Map<Long, VersionPreserved> versions = new HashMap<>();
    final Set<Long> lost = new TreeSet<>();
    final List<String> damages = new ArrayList<>();

    ChunkLocation location(long version, long chunk) {
        return requireNonNull(chunks.get(new ChunkAddress(version, chunk)), "no such chunk");
    }

    @Override
    public void record(StoreRecord record) {
        records.add(record);
        if (record instanceof VersionPreserved preserved) {
            versions.put(preserved.header().number(), preserved);
        } else if (record instanceof VersionFreed freed) {
            versions.remove(freed.version());
            chunks.keySet().removeIf(address -> address.version() == freed.version());
            lost.remove(freed.version());
        } else if (record instanceof VersionLost loss) {
            lost.add(loss.version());
        } else if (record instanceof StoreRecord.ChunksFreed freed) {
            chunks.keySet()
                    .removeIf(address -> address.version() == freed.version()
                            && freed.chunks().contains(address.chunk()));
        }
    }

    @Override
    public void chunk(long version, long chunk, ChunkLocation location, int dataLengthBytes) {
        if (!versions.containsKey(version)) {
            throw new IllegalStateException("chunk of version " + version + " before its header");
        }
        chunks.put(new ChunkAddress(version, chunk), location);
        lengths.put(new ChunkAddress(version, chunk), dataLengthBytes);
    }

    @Override
    public void damaged(String fileAndOffset, String reason) {
        damages.add(fileAndOffset + ": " + reason);
    }
}
