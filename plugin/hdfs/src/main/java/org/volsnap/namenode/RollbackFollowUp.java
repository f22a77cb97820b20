/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.hdfs.protocol.DatanodeID;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;

/**
 * Ends a rollback after the NameNode was started on the old namespace. Left alone, the NameNode would leave safe mode with
 * the first DataNode and replicate anew what the others are still putting back. So safe mode is held until every expected
 * DataNode has applied the rollback and reported its blocks, or until the operator leaves it by hand. For one thread.
 */
final class RollbackFollowUp {
    private static final Logger LOG = LoggerFactory.getLogger(RollbackFollowUp.class);

    private final VolsnapNameNodeBridge nameNode;
    private final RegistryKeeper registry;
    private final FullReports fullReports;
    private final LeaseRecovery leases;
    private final RestoredOpenBlocks openBlocks;
    private final ExpectedDatanodesKeeper expectedDatanodes;
    private final AwaitedDatanodes awaited;

    RollbackFollowUp(
            VolsnapNameNodeBridge nameNode,
            RegistryKeeper registry,
            FullReports fullReports,
            LeaseRecovery leases,
            RestoredOpenBlocks openBlocks,
            ExpectedDatanodesKeeper expectedDatanodes,
            AwaitedDatanodes awaited) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.fullReports = requireNonNull(fullReports, "fullReports is null");
        this.leases = requireNonNull(leases, "leases is null");
        this.openBlocks = requireNonNull(openBlocks, "openBlocks is null");
        this.expectedDatanodes = requireNonNull(expectedDatanodes, "expectedDatanodes is null");
        this.awaited = requireNonNull(awaited, "awaited is null");
    }

    /** To be called when this NameNode begins to serve: holds safe mode where a rollback is pending or not finished. */
    void holdSafeMode() throws IOException {
        Registry current = registry.current();
        Optional<RollbackEpochProto> epoch = current.unfinishedEpoch();
        if (current.pendingRollback().isEmpty() && epoch.isEmpty()) {
            return;
        }
        nameNode.enterSafeMode();
        if (epoch.isPresent()) {
            leases.note();
            openBlocks.note(epoch.get().getNumber());
            LOG.info("a rollback has to be carried out by the DataNodes; safe mode is held until they have");
        } else {
            LOG.info("a rollback is prepared; safe mode is held until it is carried out or cancelled");
        }
    }

    void housekeep() throws IOException {
        Registry current = registry.current();
        RollbackEpochProto epoch = current.unfinishedEpoch().orElse(null);
        if (epoch != null) {
            follow(epoch);
        } else if (!nameNode.isInSafeMode()) {
            recoverLeases();
            expectedDatanodes.housekeep(current);
        }
    }

    /**
     * What a recovery passed over is of an old stamp now: it goes when it is reported again, and is in the way of a new
     * replica until then.
     */
    private void recoverLeases() {
        if (leases.housekeep()) {
            wantFullReports();
        }
    }

    private void wantFullReports() {
        fullReports.want(nameNode.liveDatanodes().stream()
                .map(DatanodeID::getDatanodeUuid)
                .toList());
    }

    private void follow(RollbackEpochProto epoch) throws IOException {
        if (nameNode.isInSafeMode() && allApplied(epoch)) {
            LOG.info("every DataNode has carried out rollback {}; leaving safe mode", epoch.getNumber());
            nameNode.leaveSafeMode();
        }
        if (!nameNode.isInSafeMode() && !nameNode.isUpgrading()) {
            // Leases first: once the epoch is finished, nothing would remind another process of them.
            recoverLeases();
            registry.update(current -> current.finishEpoch(epoch.getNumber()));
            // The first report after a start does not make the NameNode drop blocks that it does not know; the next
            // does.
            wantFullReports();
        }
    }

    private boolean allApplied(RollbackEpochProto epoch) throws IOException {
        Optional<List<String>> behind = awaited.of(epoch);
        if (behind.isEmpty()) {
            LOG.error(
                    "rollback {}: the list of its {} DataNodes in {} is not whole; safe mode has to be left by hand",
                    epoch.getNumber(),
                    epoch.getExpectedCount(),
                    ExpectedDatanodes.attribute(0));
        }
        return behind.filter(List::isEmpty).isPresent();
    }
}
