/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import org.volsnap.model.Base;

/** Where a snapshot's chunk is to be read at one moment. */
sealed interface ChunkSource {
    /** States C and D: in the store. */
    record Stored(Version version, StoredChunk chunk) implements ChunkSource {}

    /** States A and B: on the base of the version's lineage, as a conflicting read. */
    record OnBase(Version version, Base base, ConflictingReads.Group read) implements ChunkSource {}

    /** No version: the replica is as it was at T, live or kept whole. A conflicting read as well. */
    record Live(ConflictingReads.Group read) implements ChunkSource {}

    /** Nowhere any more. */
    record Lost(Version version, String reason) implements ChunkSource {}
}
