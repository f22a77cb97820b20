/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.model;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * The generation stamps that existed at T. Every content change in HDFS takes a fresh stamp, so a block version existed
 * at T when its stamp is inside. Blocks older than sequential stamps have a counter of their own.
 *
 * @param stamp the last stamp given out at T
 * @param legacyStamp the last legacy stamp given out at T
 * @param legacyLimit stamps below this one are legacy stamps; 0 when there are none
 * @param abandoned sequential stamps that rollbacks before T had taken back: they were given out, and nothing had them
 *     at T
 */
public record StampFence(long stamp, long legacyStamp, long legacyLimit, List<StampRange> abandoned) {
    /** T is not known yet: everything may have existed. Also a plain device's fence, which has no stamps. */
    public static final StampFence OPEN =
            new StampFence(VersionHeader.NEVER - 1, VersionHeader.NEVER - 1, 0, ImmutableList.of());

    public StampFence {
        abandoned = ImmutableList.copyOf(abandoned);
    }

    /** A fence of sequential stamps only, none of them abandoned. */
    public static StampFence at(long stamp) {
        return new StampFence(stamp, 0, 0, ImmutableList.of());
    }

    public boolean contains(long other) {
        return !isBefore(other) && (other < legacyLimit || !isAbandoned(other));
    }

    /** A loop: every change asks. */
    private boolean isAbandoned(long other) {
        for (StampRange range : abandoned) {
            if (range.contains(other)) {
                return true;
            }
        }
        return false;
    }

    /** Whether this stamp was given out after T. */
    public boolean isBefore(long other) {
        return other > (other < legacyLimit ? legacyStamp : stamp);
    }

    public boolean isOpen() {
        return equals(OPEN);
    }
}
