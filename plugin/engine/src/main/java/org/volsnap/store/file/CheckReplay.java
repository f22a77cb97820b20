/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.VersionState;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreRecord;

/** Counts what a store shows, reads every chunk that is needed, and hands all of it on. Used by one thread. */
final class CheckReplay implements ExceptionStore.Replay {
    /** Gets what is whole, in commit order. */
    interface Sink {
        void record(StoreRecord record) throws IOException;

        void chunk(long version, long chunk, ChunkContent content) throws IOException;
    }

    private record Place(ChunkLocation location, int lengthBytes) {}

    private final ExceptionStore store;
    private final Sink sink;
    private final Map<Long, Map<Long, Place>> versions = new HashMap<>();
    private final Set<Long> lost = new HashSet<>();
    private final Set<Long> written = new HashSet<>();
    private final List<String> damages = new ArrayList<>();
    private long records;

    CheckReplay(ExceptionStore store, Sink sink) {
        this.store = store;
        this.sink = sink;
    }

    @Override
    public void record(StoreRecord record) {
        records++;
        if (record instanceof StoreRecord.VersionPreserved preserved) {
            versions.putIfAbsent(preserved.header().number(), new HashMap<>());
            if (preserved.header().state() == VersionState.PRIVATE) {
                written.add(preserved.header().number());
            }
        } else if (record instanceof StoreRecord.VersionLost loss) {
            lost.add(loss.version());
        } else if (record instanceof StoreRecord.ChunksFreed freed) {
            ChunkRange range = freed.chunks();
            versions.getOrDefault(freed.version(), Map.of()).keySet().removeIf(range::contains);
        } else if (record instanceof StoreRecord.VersionFreed freed) {
            versions.remove(freed.version());
            lost.remove(freed.version());
        }
        try {
            sink.record(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of a preserved chunk the first copy counts, of one that its snapshot wrote the last. */
    @Override
    public void chunk(long version, long chunk, ChunkLocation location, int dataLengthBytes) {
        Map<Long, Place> chunks = versions.get(version);
        if (chunks != null) {
            Place place = new Place(location, dataLengthBytes);
            chunks.merge(chunk, place, (first, last) -> written.contains(version) ? last : first);
        }
    }

    @Override
    public void damaged(String fileAndOffset, String reason) {
        damages.add(fileAndOffset + ": " + reason);
    }

    /** After the replay: reads the chunks of all versions. What can't be read takes its version along. */
    StoreReport readChunks(long wholeReplicas) throws IOException {
        long chunks = 0;
        long bytes = 0;
        for (Map.Entry<Long, Map<Long, Place>> version : versions.entrySet()) {
            for (Map.Entry<Long, Place> chunk : version.getValue().entrySet()) {
                try {
                    sink.chunk(
                            version.getKey(),
                            chunk.getKey(),
                            store.read(chunk.getValue().location()));
                    chunks++;
                    bytes += chunk.getValue().lengthBytes();
                } catch (StoreCorruptException e) {
                    damages.add(String.valueOf(e.getMessage()));
                    lose(version.getKey(), String.valueOf(e.getMessage()));
                }
            }
        }
        lost.retainAll(versions.keySet());
        return new StoreReport(records, versions.size(), lost.size(), chunks, bytes, wholeReplicas, damages);
    }

    private void lose(long version, String reason) throws IOException {
        if (lost.add(version)) {
            sink.record(new StoreRecord.VersionLost(version, reason));
        }
    }
}
