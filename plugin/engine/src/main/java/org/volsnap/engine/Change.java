/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.List;
import org.volsnap.model.Base;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.VersionHeader;

/**
 * What a change means for the tables.
 *
 * @param replica the live replica before it
 * @param store where a new version of it goes
 * @param base what rests on the replica from now on, before and after the change
 * @param replacedByStamp the fresh stamp by which a snapshot knows that it is newer than the change; {@link
 *     VersionHeader#NEVER} when there is none
 * @param atRisk the chunks it destroys
 * @param changesBase false when the replica keeps stamp and length
 */
record Change(
        LiveReplica replica,
        AttachedStore store,
        Base base,
        long replacedByStamp,
        List<ChunkRange> atRisk,
        boolean changesBase) {

    static Change of(ChangeRequest request, AttachedStore store) {
        LiveReplica live = request.replica();
        // A crash in the middle of a cut leaves the new length under the old stamp.
        long lengthBefore = Math.min(live.length(), request.newLength());
        Base base = new Base(live.key().stamp(), lengthBefore, request.newStamp(), request.newLength());
        long replacedBy = request.newStamp() > live.key().stamp() ? request.newStamp() : VersionHeader.NEVER;
        return new Change(live, store, base, replacedBy, List.of(request.atRisk()), true);
    }

    /** The replica is recorded as it is; nothing is destroyed. */
    static Change none(LiveReplica live, AttachedStore store) {
        long stamp = live.key().stamp();
        Base base = new Base(stamp, live.length(), stamp, live.length());
        return new Change(live, store, base, VersionHeader.NEVER, List.of(), false);
    }

    /** Bytes are written over in place: the replica keeps its stamp and its length. */
    static Change overwrite(LiveReplica live, AttachedStore store, ChunkRange overwritten) {
        long stamp = live.key().stamp();
        Base base = new Base(stamp, live.length(), stamp, live.length());
        return new Change(live, store, base, VersionHeader.NEVER, List.of(overwritten), false);
    }

    /** A version is put back over the replica: its stamp is an old one, which says nothing of the time. */
    static Change merge(VersionHeader version, LiveReplica live, AttachedStore store, List<ChunkRange> overwritten) {
        Base base = new Base(
                live.key().stamp(),
                Math.min(live.length(), version.length()),
                version.key().stamp(),
                version.length());
        return new Change(live, store, base, VersionHeader.NEVER, overwritten, true);
    }
}
