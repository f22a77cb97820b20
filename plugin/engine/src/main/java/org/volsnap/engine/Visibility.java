/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import org.volsnap.model.VersionHeader;

/** Who needs a preserved version; see docs/decisions/0001. */
final class Visibility {
    private Visibility() {}

    /**
     * Whether a snapshot sees a version by its stamps: it existed at T, and what replaced it did not. While T is not
     * known nothing is excluded.
     */
    static boolean byStamps(ChainLink snapshot, VersionHeader version) {
        return snapshot.fence().contains(version.key().stamp())
                && (snapshot.fence().isOpen() || !snapshot.fence().contains(version.replacedByStamp()));
    }

    /** The same for its owner too: what an older snapshot owns was preserved before this one was made. */
    static boolean sees(ChainLink snapshot, Version version) {
        return version.isPreserved()
                && version.header().owner().compareTo(snapshot.id()) >= 0
                && byStamps(snapshot, version.header());
    }
}
