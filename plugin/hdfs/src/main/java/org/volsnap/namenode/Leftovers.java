/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/**
 * Clears away, once after every takeover, the creations that an earlier process or another NameNode did not finish. Safe for
 * many threads.
 */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    private final VolsnapNameNodeBridge nameNode;
    private final RegistryKeeper registry;
    private final NamespaceKeeper namespaces;
    private long before;

    Leftovers(VolsnapNameNodeBridge nameNode, RegistryKeeper registry, NamespaceKeeper namespaces) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.namespaces = requireNonNull(namespaces, "namespaces is null");
    }

    /** To be called when this NameNode begins to serve: what exists by now was begun by somebody else. */
    synchronized void noteStart() {
        before = registry.current().toProto().getNextSnapshotId();
    }

    /** Clears when that is possible; the registry can't be written in safe mode, nor during an upgrade. */
    synchronized void housekeep() throws IOException {
        if (before == 0 || nameNode.isInSafeMode() || nameNode.isUpgrading()) {
            return;
        }
        clear();
        before = 0;
    }

    private void clear() throws IOException {
        Registry current = registry.current();
        for (SnapshotProto snapshot : current.snapshots()) {
            if (snapshot.getId() < before && isUnfinished(current, snapshot)) {
                LOG.info("snapshot {} was never finished, removing it", snapshot.getName());
                registry.update(latest -> isUnfinished(latest, snapshot) ? latest.bury(snapshot.getId()) : latest);
            }
        }
        namespaces.removeOrphans(registry.current()::isDeleted);
    }

    private static boolean isUnfinished(Registry registry, SnapshotProto snapshot) {
        long safety = registry.pendingRollback()
                .map(PendingRollbackProto::getSafetySnapshotId)
                .orElse(0L);
        SnapshotState state = registry.stateOf(snapshot.getId());
        return snapshot.getId() != safety && (state == SnapshotState.CREATING || state == SnapshotState.MARKED);
    }
}
