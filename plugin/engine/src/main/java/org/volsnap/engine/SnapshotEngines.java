/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** Where engines come from. */
public final class SnapshotEngines {
    private SnapshotEngines() {}

    /**
     * Replays the stores and starts an engine on them.
     *
     * @param settings how it works
     * @param origin the live replicas; not asked for anything before this returns
     * @param volumes the stores of each storage volume, not yet replayed; the engine closes them
     * @param chain the snapshots that are known to exist, oldest first
     * @throws IOException when a store can't be read at all; nothing is left open then
     */
    public static SnapshotEngine open(
            EngineSettings settings, Origin origin, Collection<VolumeStore> volumes, List<ChainLink> chain)
            throws IOException {
        throw new UnsupportedOperationException("not yet");
    }
}
