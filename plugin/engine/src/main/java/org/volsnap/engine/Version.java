/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;

/**
 * A completed header exception, as it is at one moment.
 *
 * @param header what the store has of it
 * @param store where it and all its chunks lie
 * @param carrier nobody's version: only its chunks serve the versions before it in the lineage
 * @param lost why it is not to be had any more; null while it is
 * @param full why a writable snapshot's takes no more writes (dm-snap.c, snapshot_overflowed); null while it does
 */
record Version(
        VersionHeader header,
        AttachedStore store,
        boolean carrier,
        @Nullable String lost,
        @Nullable String full) {
    static final Comparator<Version> OLDEST_OWNER =
            Comparator.comparing((Version version) -> version.header().owner()).thenComparing(Version::number);

    static Version preserved(VersionHeader header, AttachedStore store) {
        return new Version(header, store, false, null, null);
    }

    long number() {
        return header.number();
    }

    boolean isLost() {
        return lost != null;
    }

    /** Whether reads of it count on what it resolves to. */
    boolean isReadable() {
        return !carrier && lost == null;
    }

    boolean isOwnedBy(SnapshotId id) {
        return header.owner().equals(id);
    }

    /** Whether it is what its owner wrote, and nobody else's to see. */
    boolean isPrivate() {
        return header.state() == VersionState.PRIVATE;
    }

    /** Whether a snapshot can see it: neither a carrier nor private. */
    boolean isPreserved() {
        return !carrier && !isPrivate();
    }

    /** Bytes of this chunk that belong to the version. */
    int lengthOf(ChunkGeometry geometry, long chunk) {
        return geometry.lengthOf(chunk, header.length());
    }

    Version handedTo(SnapshotId owner, boolean asCarrier) {
        return new Version(header.withOwner(owner), store, asCarrier, lost, full);
    }

    Version lostFor(String reason) {
        return new Version(header, store, carrier, lost == null ? reason : lost, full);
    }

    Version fullFor(String reason) {
        return new Version(header, store, carrier, lost, full == null ? reason : full);
    }
}
