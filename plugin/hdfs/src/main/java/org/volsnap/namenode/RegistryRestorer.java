/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/**
 * Writes the registry again after it was lost. What DataNodes tell may lack the last step of a creation: a snapshot
 * whose namespace is kept was recorded by all of them, and is ACTIVE. Other unfinished ones are cleared away as after a
 * restart.
 */
final class RegistryRestorer {
    private final VolsnapNameNodeBridge nameNode;
    private final RegistryKeeper registry;
    private final NamespaceDirs dirs;
    private final Leftovers leftovers;

    RegistryRestorer(VolsnapNameNodeBridge nameNode, RegistryKeeper registry, NamespaceDirs dirs, Leftovers leftovers) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.dirs = requireNonNull(dirs, "dirs is null");
        this.leftovers = requireNonNull(leftovers, "leftovers is null");
    }

    Registry restore() throws IOException {
        Registry restored = registry.restore(this::activateKept);
        leftovers.noteStart();
        return restored;
    }

    private Registry activateKept(Registry newest) {
        Registry registry = newest;
        for (SnapshotProto snapshot : newest.snapshots()) {
            if (SnapshotState.of(snapshot.getState()) == SnapshotState.MARKED
                    && !dirs.copies(snapshot, nameNode.blockPoolId()).isEmpty()
                    && !isSafetyOfPending(newest, snapshot)) {
                registry = registry.activate(snapshot.getId());
            }
        }
        return registry;
    }

    /** It becomes ACTIVE with the rollback, or with its cancelling. */
    private static boolean isSafetyOfPending(Registry registry, SnapshotProto snapshot) {
        return registry.pendingRollback()
                .filter(pending -> pending.getSafetySnapshotId() == snapshot.getId())
                .isPresent();
    }
}
