/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.volsnap.engine.ChainLink;

/** The snapshots that a DataNode knew when it stopped: what an engine is opened with. */
public final class KnownChain {
    private KnownChain() {}

    /**
     * Reads what the follower kept, before there is one.
     *
     * @param directories the pool's {@code volsnap} directory on each storage volume
     * @return oldest first. Nothing after a provisional snapshot: that one was just being adopted, and the follower
     *     adds what adopts it
     */
    public static List<ChainLink> read(String blockPoolId, Collection<Path> directories) {
        FollowerState state = new FollowerState(blockPoolId);
        directories.forEach(state::read);
        List<ChainLink> chain = new ArrayList<>();
        for (var each : state.chain().entrySet()) {
            chain.add(each.getValue().link(each.getKey()));
            if (each.getKey().isProvisional()) {
                break;
            }
        }
        return chain;
    }
}
