/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge.Counters;
import org.volsnap.namenode.ExpectedDatanodes;
import org.volsnap.namenode.Registry;
import org.volsnap.namenode.RegistryXAttr;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/** What is known of the namespace of a stopped NameNode as it is today. */
record Today(Registry registry, Counters counters, List<byte[]> expectedDatanodes) {
    static Today load(Configuration own, TodaysFiles files) throws IOException {
        try (VolsnapOfflineBridge namespace = files.load(own)) {
            byte[] registry = namespace.rootAttribute(RegistryXAttr.NAME);
            if (registry == null) {
                throw new RefusedException("this NameNode knows of no snapshots");
            }
            return new Today(
                    RegistryXAttr.decode(registry, namespace.blockPoolId()),
                    namespace.counters(),
                    ExpectedDatanodes.read(namespace::rootAttribute));
        }
    }

    /**
     * The epoch of a rollback that an earlier run has committed and that is not finished.
     *
     * @throws RefusedException when it is one to another snapshot
     */
    Optional<RollbackEpochProto> halfDone(String snapshot) throws RefusedException {
        Optional<RollbackEpochProto> halfDone = registry.unfinishedEpoch();
        if (halfDone.isPresent()) {
            checkSame(halfDone.get(), snapshot);
        }
        return halfDone;
    }

    /** One rollback after the other: what DataNodes have put back for the first may be gone for the second. */
    private void checkSame(RollbackEpochProto halfDone, String snapshot) throws RefusedException {
        String target = registry.nameOf(halfDone.getSnapshotId());
        if (!target.equals(snapshot)) {
            throw new RefusedException("rollback " + halfDone.getNumber() + " to " + target + " is half done, none to "
                    + snapshot + " can begin; finish it: 'hdfs volsnap -rollback " + target
                    + "', start the NameNode, and wait until -status says that it is finished");
        }
    }

    /** @throws RefusedException when no rollback to this snapshot is prepared */
    PendingRollbackProto pending(String snapshot) throws RefusedException {
        String hint = "start the NameNode and run 'hdfs volsnap -prepareRollback " + snapshot + "' first";
        SnapshotProto target = registry.active(snapshot);
        PendingRollbackProto pending =
                registry.pendingRollback().orElseThrow(() -> new RefusedException("no rollback is prepared; " + hint));
        if (pending.getSnapshotId() != target.getId()) {
            String other = registry.nameOf(pending.getSnapshotId());
            throw new RefusedException("a rollback to " + other + " is prepared, not to " + snapshot
                    + "; carry it out: 'hdfs volsnap -rollback " + other
                    + "', or start the NameNode and cancel it: 'hdfs volsnap -cancelRollback'");
        }
        checkExpectedDatanodes(pending);
        return pending;
    }

    private void checkExpectedDatanodes(PendingRollbackProto pending) throws RefusedException {
        boolean whole = ExpectedDatanodes.decode(expectedDatanodes)
                .filter(list -> list.isAllOf(pending.getSafetySnapshotId(), pending.getExpectedCount()))
                .isPresent();
        if (!whole) {
            throw new RefusedException("the list of the " + pending.getExpectedCount()
                    + " DataNodes of the prepared rollback (" + ExpectedDatanodes.attribute(0)
                    + " and following, of /) is not whole; start the NameNode, cancel the rollback (-cancelRollback) and"
                    + " prepare it again");
        }
    }

    SnapshotProto safety(PendingRollbackProto pending) throws RefusedException {
        return registry.find(pending.getSafetySnapshotId())
                .orElseThrow(() -> new RefusedException("the safety snapshot of the prepared rollback is gone"));
    }

    /** What a rollback would lose. */
    LaterEdits laterEdits(TodaysFiles files, PendingRollbackProto pending) throws IOException {
        long txid = safety(pending).getTxid();
        return LaterEdits.read(files.editsAfter(txid), txid, counters.txid());
    }
}
