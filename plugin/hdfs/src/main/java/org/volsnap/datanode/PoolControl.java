/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.volsnap.datanode.mount.Mount;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.Origin;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;

/** The handles of one block pool that its follower of the registry turns. Safe for many threads. */
public interface PoolControl {
    String blockPoolId();

    SnapshotEngine engine();

    /** How the engine cuts blocks into chunks. */
    ChunkGeometry geometry();

    /**
     * Where the engine reads live replicas from now on: before Hadoop has scanned the pool its dataset knows none, and
     * the follower lends an origin that reads the directories. Null: from the dataset again.
     */
    void useOrigin(@Nullable Origin offline);

    /** A block version as this snapshot sees it, through streams; empty when nothing here is known to be it. */
    Optional<SnapshotReplicaReader> read(SnapshotId id, BlockKey key) throws IOException;

    /** What an operator should know about this pool's stores, in one line; empty when all is well. */
    Optional<String> problem();

    /** Sets what passes; returns when every call that was let in under a wider setting has ended. */
    void setAdmission(Admission admission) throws IOException;

    /** The replicas that are being written or wait for recovery: kept superset, pruned now. Never a scan. */
    Collection<LiveReplica> openReplicas() throws IOException;

    /** Stops every writer of the pool's open replicas, waiting at most this long for each. */
    void stopWriters(long timeoutMillis) throws IOException;

    /** Deletions that Hadoop has queued and not yet carried out. */
    long queuedDeletions();

    /** Asks Hadoop for a full block report of the pool. */
    void triggerFullReport() throws IOException;

    /** Takes the pool out of service on the running DataNode and brings it back, as a restart would. Returns at once. */
    void rejoin();

    /** Says what is mounted of the pool's snapshots; the DataNode joins and leaves accordingly. Returns at once. */
    void setMounts(Collection<Mount> mounts);

    /**
     * Which registration with the pool's NameNodes is in force, to be compared by identity. It changes when a NameNode was
     * started anew, before that one gets a report from here or sends anybody here. Null: not registered.
     */
    @Nullable
    Object registration();

    /** Largest generation stamp seen in any call since the start. */
    long highestStamp();

    /** Largest block id seen in any call since the start. */
    long highestBlockId();
}
