/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.Collections;
import java.util.List;
import org.volsnap.model.Base;
import org.volsnap.model.VersionHeader;

/**
 * A lineage's base as a store has it.
 *
 * @param base the base
 * @param sequence the larger, the newer; decides between stores
 */
record LoadedBase(Base base, long sequence) {
    /** Matches no replica: a base that no store knows any more. */
    static final LoadedBase NONE = new LoadedBase(new Base(-1, Long.MAX_VALUE, -1, Long.MAX_VALUE), 0);

    /**
     * The base of a lineage whose first header is durable and whose base is not, because the power was cut between the
     * two: the change waits for both, so it was not made, and the replica is what the header says. What a snapshot wrote
     * rests on no base.
     */
    static LoadedBase unwritten(List<LoadedVersion> versions) {
        Version newest = Collections.max(versions).version();
        if (newest.isPrivate()) {
            return NONE;
        }
        VersionHeader last = newest.header();
        long stamp = last.key().stamp();
        return new LoadedBase(new Base(stamp, last.length(), stamp, last.length()), 0);
    }

    static LoadedBase newer(LoadedBase one, LoadedBase other) {
        return one.sequence >= other.sequence ? one : other;
    }
}
