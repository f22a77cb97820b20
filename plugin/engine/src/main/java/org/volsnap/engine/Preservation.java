/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A change on its way through the tables of one chain. Used by one thread. */
final class Preservation implements AutoCloseable {
    private final Preserver preserver;
    private final Change change;
    private final BlockIndex.@Nullable Use use;
    private final Set<Lineage> rebased = new HashSet<>();

    /** @param use the block's tables; null when no snapshot can need anything of it */
    Preservation(Preserver preserver, Change change, BlockIndex.@Nullable Use use) {
        this.preserver = preserver;
        this.change = change;
        this.use = use;
    }

    /**
     * What to wait for before the next look; nothing when the change may pass.
     *
     * @param helping whether the caller only waits then, so that it may do the work itself
     */
    List<CompletableFuture<Void>> look(boolean helping) {
        return use == null ? List.of() : preserver.look(use.block(), change, rebased, helping);
    }

    @Override
    public void close() {
        if (use != null) {
            use.close();
        }
    }
}
