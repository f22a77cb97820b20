/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore.Replay;
import org.volsnap.store.StoreRecord;

/** Sees what a store shows of itself on its way to the engine. Used by one thread. */
final class ReplayWitness implements Replay {
    private final Replay into;
    private final Ledger ledger;
    final Set<Long> versions = new HashSet<>();
    final Set<Ledger.Chunk> chunks = new HashSet<>();
    final Set<Long> losses = new HashSet<>();
    final List<String> damages = new ArrayList<>();

    ReplayWitness(Replay into, Ledger ledger) {
        this.into = into;
        this.ledger = ledger;
    }

    @Override
    public void record(StoreRecord record) {
        if (record instanceof StoreRecord.VersionPreserved preserved) {
            versions.add(preserved.header().number());
            ledger.meet(preserved.header());
        } else if (record instanceof StoreRecord.VersionLost lost) {
            losses.add(lost.version());
        } else if (record instanceof StoreRecord.VersionFreed freed) {
            versions.remove(freed.version());
            losses.remove(freed.version());
            chunks.removeIf(chunk -> chunk.version() == freed.version());
        } else if (record instanceof StoreRecord.ChunksFreed freed) {
            chunks.removeIf(chunk ->
                    chunk.version() == freed.version() && freed.chunks().contains(chunk.chunk()));
        }
        into.record(record);
    }

    @Override
    public void chunk(long version, long chunk, ChunkLocation location, int dataLengthBytes) {
        chunks.add(new Ledger.Chunk(version, chunk));
        into.chunk(version, chunk, location, dataLengthBytes);
    }

    @Override
    public void damaged(String fileAndOffset, String reason) {
        damages.add(fileAndOffset + ": " + reason);
        into.damaged(fileAndOffset, reason);
    }
}
