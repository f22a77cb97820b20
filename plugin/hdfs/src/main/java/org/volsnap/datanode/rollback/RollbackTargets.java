/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.volsnap.model.VersionHeader;

/**
 * What the snapshot says of each block: of several stamps that it sees, the largest is its own. Holds the versions with
 * exceptions; every other replica is judged by its stamp.
 */
final class RollbackTargets {
    /** What becomes of a live replica. */
    enum Verdict {
        /** It is what the snapshot sees, or was written after the rollback. */
        KEEP,
        /** The snapshot sees a version that has exceptions. */
        RESTORE,
        /** The snapshot does not see it. */
        REMOVE
    }

    private final RollbackEpoch epoch;
    private final Map<Long, VersionHeader> versions = new HashMap<>();

    RollbackTargets(RollbackEpoch epoch, Collection<VersionHeader> visible) {
        this.epoch = epoch;
        for (VersionHeader version : visible) {
            versions.merge(
                    version.key().blockId(),
                    version,
                    (one, other) -> one.key().stamp() >= other.key().stamp() ? one : other);
        }
    }

    Collection<VersionHeader> versions() {
        return versions.values();
    }

    Optional<VersionHeader> version(long blockId) {
        return Optional.ofNullable(versions.get(blockId));
    }

    Verdict judge(DiskReplica live) throws IOException {
        long stamp = live.key().stamp();
        if (epoch.isLater(stamp)) {
            return Verdict.KEEP;
        }
        VersionHeader version = versions.get(live.key().blockId());
        boolean existed = epoch.fence().contains(stamp);
        if (version == null || (existed && stamp > version.key().stamp())) {
            return existed ? Verdict.KEEP : Verdict.REMOVE;
        }
        return isRestored(live, version) ? Verdict.KEEP : Verdict.RESTORE;
    }

    /** Whether a merge has been there: stamp, length and state are its last three steps. */
    private static boolean isRestored(DiskReplica live, VersionHeader version) throws IOException {
        return live.key().stamp() == version.key().stamp()
                && live.state() == version.state()
                && live.length() == version.length();
    }

    /** Whether a live replica is in the way of a stored one that the snapshot sees. */
    boolean yieldsTo(DiskReplica live, long storedStamp) {
        long stamp = live.key().stamp();
        return !epoch.isLater(stamp) && !(epoch.fence().contains(stamp) && stamp >= storedStamp);
    }
}
