/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;

/**
 * Keeps replicas whole by hard link, on the storage volume on which they lie: no copy, and nothing in memory per
 * replica; the directories are the index. Safe for many threads.
 */
public interface WholeReplicaStore {
    /**
     * Links meta, then data. Durable only after {@link #force}. When this owner has the key already the first one stays.
     *
     * @return bytes newly kept, 0 when it was there
     */
    long link(BlockKey key, SnapshotId owner, ReplicaFiles live) throws IOException;

    /** Makes all links and moves made by this thread since its last call durable: each directory touched is forced once. */
    void force() throws IOException;

    /** The pair kept under exactly this owner. A data file without meta, or the reverse, counts as absent. */
    Optional<WholeReplica> find(BlockKey key, SnapshotId owner) throws IOException;

    /** All that this owner keeps, in no order, read from the directories while the stream is pulled. To be closed. */
    Stream<WholeReplica> list(SnapshotId owner) throws IOException;

    /** All owners that keep anything. */
    Stream<SnapshotId> owners() throws IOException;

    /** Moves the pair to another owner; when that one has the key already, removes it here. */
    void handDown(WholeReplica replica, SnapshotId newOwner) throws IOException;

    /** Moves the pair out of the store, by rename: meta last, so that a crash leaves it findable here or whole there. */
    void moveOut(WholeReplica replica, ReplicaFiles to) throws IOException;

    /** Unlinks the pair. */
    void remove(WholeReplica replica) throws IOException;

    /** Bytes kept under this owner, as last counted. */
    long usedBytes(SnapshotId owner);
}
