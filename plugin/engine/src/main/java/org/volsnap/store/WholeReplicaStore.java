/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
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
    /** Replicas are dealt into so many parts, by their block ids. */
    int PARTS = 1 << 10;

    /** The part that a block's replicas are in, 0 to {@link #PARTS}, exclusive. */
    static int partOf(long blockId) {
        int upper = (int) (blockId >> 16) & 31;
        int lower = (int) (blockId >> 8) & 31;
        return (upper << 5) | lower;
    }

    /**
     * Links meta, then data. Durable only after {@link #force}. When this owner has the key already the first one stays.
     *
     * @return bytes newly kept, 0 when it was there
     */
    long link(BlockKey key, SnapshotId owner, ReplicaFiles live) throws IOException;

    /**
     * Makes all links, moves and removals made by this thread since its last call durable: each directory touched is
     * forced once. What moves leaves its old place here, after the new one is durable.
     */
    void force() throws IOException;

    /** The pair kept under exactly this owner. A data file without meta, or the reverse, counts as absent. */
    Optional<WholeReplica> find(BlockKey key, SnapshotId owner) throws IOException;

    /** The keys of all pairs of this block that are kept under exactly this owner. */
    default Collection<BlockKey> keys(String pool, long blockId, SnapshotId owner) throws IOException {
        try (Stream<WholeReplica> all = list(owner)) {
            return all.map(WholeReplica::key)
                    .filter(key -> key.pool().equals(pool) && key.blockId() == blockId)
                    .toList();
        }
    }

    /**
     * All that this owner keeps, in no order, read from the directories while the stream is pulled. To be closed. An
     * error while it is pulled comes as {@link java.io.UncheckedIOException}.
     */
    Stream<WholeReplica> list(SnapshotId owner) throws IOException;

    /** What this owner keeps of one part, in no order: about a thousandth, of which each is named in memory. */
    default List<WholeReplica> list(SnapshotId owner, int part) throws IOException {
        try (Stream<WholeReplica> all = list(owner)) {
            return all.filter(replica -> partOf(replica.key().blockId()) == part)
                    .toList();
        }
    }

    /** All owners that keep anything. */
    Stream<SnapshotId> owners() throws IOException;

    /**
     * Moves the pair to another owner; when that one has the key already, removes it here. Until {@link #force} it is
     * found under both owners, so that neither a reader nor a crash ever sees it under none.
     */
    void handDown(WholeReplica replica, SnapshotId newOwner) throws IOException;

    /**
     * Moves the pair out of the store, into directories that exist. Until {@link #force} it is found in both places, so
     * that a crash leaves it whole in one of them; it is one file in two places, not to be written to before that. Can
     * be repeated.
     *
     * @throws java.nio.file.FileAlreadyExistsException when another file has one of the two names
     */
    void moveOut(WholeReplica replica, ReplicaFiles to) throws IOException;

    /** Unlinks the pair. Nothing happens when it is gone already. */
    void remove(WholeReplica replica) throws IOException;

    /** Replicas kept under this owner, as last counted: asks no disk. */
    long count(SnapshotId owner);

    /** Bytes kept under this owner, as last counted. */
    long usedBytes(SnapshotId owner);
}
