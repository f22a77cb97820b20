/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.WholeReplica;

/**
 * What the snapshot says of each block: of several stamps that it sees, the largest is its own. Holds the versions with
 * exceptions; every other replica is judged by its stamp. Whether a block is open is for the namespace to say.
 */
final class RollbackTargets {
    /** What becomes of a live replica. */
    enum Verdict {
        /** It is what the snapshot sees, or was written after the rollback. */
        KEEP,
        /** Its bytes are what the snapshot sees, or more; how many of them count, recovery decides. */
        REOPEN,
        /** The snapshot sees a version that has exceptions. */
        RESTORE,
        /** The snapshot does not see it. */
        REMOVE
    }

    private final RollbackEpoch epoch;
    private final OpenBlocks open;
    private final Map<Long, VersionHeader> versions = new HashMap<>();

    RollbackTargets(RollbackEpoch epoch, OpenBlocks open, Collection<VersionHeader> visible) {
        this.epoch = epoch;
        this.open = open;
        for (VersionHeader version : visible) {
            versions.merge(
                    version.key().blockId(),
                    open.contains(version.key().blockId()) ? version.withState(VersionState.OPEN) : version,
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
        if (epoch.leftOut()) {
            return Verdict.REMOVE;
        }
        VersionHeader version = versions.get(live.key().blockId());
        boolean existed = epoch.fence().contains(stamp);
        if (version == null || (existed && stamp > version.key().stamp() && !changedAfterT(version))) {
            return existed ? judgeUnchanged(live) : Verdict.REMOVE;
        }
        if (isPassedOver(version)) {
            return Verdict.REMOVE;
        }
        return isRestored(live, version) ? Verdict.KEEP : Verdict.RESTORE;
    }

    /**
     * Whether the snapshot's own replica of a block that was open at T is older than what replaced it, although both stamps
     * had been given out by then: an append or a recovery that got here after T.
     */
    private boolean changedAfterT(VersionHeader version) {
        return version.state() == VersionState.OPEN
                && version.replacedByStamp() == VersionHeader.NEVER
                && !open.isStale(version.key().blockId(), version.key().stamp());
    }

    private Verdict judgeUnchanged(DiskReplica live) {
        long blockId = live.key().blockId();
        if (open.isStale(blockId, live.key().stamp())) {
            return Verdict.REMOVE;
        }
        return live.state() == stateOfUnchanged(blockId, live.state()) ? Verdict.KEEP : Verdict.REOPEN;
    }

    /** In which state a replica without a version comes back that is in this one. */
    VersionState stateOfUnchanged(long blockId, VersionState now) {
        return open.contains(blockId) ? VersionState.OPEN : now;
    }

    /**
     * Whether a version is that of a replica that recovery passes over, because it had no byte at T or was stale then.
     * It would wait for a recovery that does not come, and be in the way of a new replica: so it does not come back.
     */
    boolean isPassedOver(VersionHeader version) {
        return version.state() == VersionState.OPEN
                && (version.length() == 0
                        || open.isStale(version.key().blockId(), version.key().stamp()));
    }

    /** The same of a stored replica that has no version. */
    boolean isPassedOver(WholeReplica stored) {
        return open.isStale(stored.key().blockId(), stored.key().stamp());
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
