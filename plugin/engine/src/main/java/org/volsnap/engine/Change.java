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
 * @param atRisk the chunks it destroys
 * @param changesBase false when the replica is only recorded as it is
 */
record Change(LiveReplica replica, AttachedStore store, Base base, List<ChunkRange> atRisk, boolean changesBase) {
    static Change of(ChangeRequest request, AttachedStore store) {
        LiveReplica live = request.replica();
        // A crash in the middle of a cut leaves the new length under the old stamp.
        long lengthBefore = Math.min(live.length(), request.newLength());
        Base base = new Base(live.key().stamp(), lengthBefore, request.newStamp(), request.newLength());
        return new Change(live, store, base, List.of(request.atRisk()), true);
    }

    /** The replica is recorded as it is; nothing is destroyed. */
    static Change none(LiveReplica live, AttachedStore store) {
        long stamp = live.key().stamp();
        return new Change(live, store, new Base(stamp, live.length(), stamp, live.length()), List.of(), false);
    }

    /**
     * The stamp by which a reader knows that the version was replaced before T. Without a fresh stamp, as in a merge,
     * no stamp tells.
     */
    long replacedByStamp() {
        return base.stampAfter() > replica.key().stamp() ? base.stampAfter() : VersionHeader.NEVER;
    }
}
