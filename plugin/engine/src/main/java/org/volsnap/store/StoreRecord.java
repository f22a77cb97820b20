/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

import org.volsnap.model.Base;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;

/** A piece of metadata that a store keeps. Replayed in commit order, the last word counts. */
public sealed interface StoreRecord {
    /** A header exception: from now on {@code header.number()} is a version of its owner and of older snapshots. */
    record VersionPreserved(VersionHeader header) implements StoreRecord {}

    /** The base of a lineage, written before the change that needs it. {@code sequence} decides between stores. */
    record BaseChanged(long lineage, Base base, long sequence) implements StoreRecord {}

    /** The version's content is not to be had any more; {@code reason} is for the operator. */
    record VersionLost(long version, String reason) implements StoreRecord {}

    /**
     * A drop handed the version to an older snapshot. A carrier is nobody's version: its chunks serve the versions
     * before it in the lineage.
     */
    record VersionHandedDown(long version, SnapshotId owner, boolean carrier) implements StoreRecord {}

    /** Nothing resolves to these chunks of the version any more: their space may be used again. */
    record ChunksFreed(long version, ChunkRange chunks) implements StoreRecord {}

    /** Nothing needs the version, its chunks included. */
    record VersionFreed(long version) implements StoreRecord {}

    /** No version of the lineage is left in any store: its base may be forgotten. */
    record LineageFreed(long lineage) implements StoreRecord {}
}
