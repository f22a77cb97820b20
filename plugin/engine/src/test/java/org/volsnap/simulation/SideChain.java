/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.volsnap.engine.ChainLink;
import org.volsnap.engine.CowEngine;
import org.volsnap.engine.EngineSettings;
import org.volsnap.engine.OriginChains;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;

/** A chain of its own on the same origin: one snapshot, in a store and an engine that nobody else uses, and its naive copy. */
final class SideChain {
    private static final SnapshotId ID = SnapshotId.ofRegistry(1);

    private final Harm harm;
    private final Map<BlockKey, byte[]> copy;
    private final CowEngine engine;
    private final VolumeStore store;

    /** Starts the engine on what the store holds; it is no part of the origin's chains yet. */
    SideChain(ChainOrigin origin, VolumeStore store, Map<BlockKey, byte[]> copy) throws IOException {
        this.harm = origin.harm();
        this.copy = copy;
        this.store = store;
        this.engine = CowEngine.open(
                new EngineSettings(SimulatedOrigin.GEOMETRY, 1),
                origin,
                List.of(store),
                List.of(new ChainLink(ID, StampFence.OPEN)));
    }

    Map<BlockKey, byte[]> copy() {
        return copy;
    }

    void join(OriginChains chains) throws IOException {
        chains.add(engine, store);
    }

    void leave(OriginChains chains) throws IOException {
        chains.remove(engine);
    }

    /** Every block, as it was when the chain joined. */
    void readAll(BooleanSupplier powerIsCut) {
        for (Map.Entry<BlockKey, byte[]> block : copy.entrySet()) {
            BlockKey key = block.getKey();
            try {
                byte[] read = Snapshots.read(LostIsNeverSilent.check(ID, key, engine));
                SnapshotNeverChanges.check(ID, key, block.getValue(), read);
            } catch (IOException e) {
                if (!powerIsCut.getAsBoolean()) {
                    LostIsNeverSilent.check(ID, key, e, engine, harm);
                }
            }
        }
    }

    void close() throws IOException {
        engine.close();
    }
}
