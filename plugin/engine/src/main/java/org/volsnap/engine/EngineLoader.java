/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rebuilds the tables from what the stores hold. */
final class EngineLoader {
    private final EngineContext context;
    private final BlockIndex index;

    EngineLoader(EngineContext context, BlockIndex index) {
        this.context = context;
        this.index = index;
    }

    /**
     * Replays stores and takes in what they hold.
     *
     * @throws IOException when one of them can't be read at all; nothing was taken in then
     */
    void load(List<AttachedStore> stores) throws IOException {
        List<StoreLoader> loaders = new ArrayList<>();
        for (AttachedStore store : stores) {
            loaders.add(StoreLoader.read(store));
        }
        Map<Long, LoadedBase> bases = new HashMap<>();
        for (StoreLoader loader : loaders) {
            context.numbers().seen(loader.highestNumber());
            loader.bases().forEach((lineage, base) -> bases.merge(lineage, base, LoadedBase::newer));
        }
        Map<Long, Map<Long, List<LoadedVersion>>> blocks = StoreLoader.byBlock(loaders);
        for (long blockId : index.blockIds()) {
            blocks.computeIfAbsent(blockId, id -> Map.of());
        }
        blocks.forEach((blockId, lineages) -> {
            try (BlockIndex.Use use = index.use(blockId)) {
                use.block().load(lineages, bases);
            }
        });
    }
}
