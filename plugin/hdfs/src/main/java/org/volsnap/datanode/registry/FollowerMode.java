/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableSetMultimap;
import org.volsnap.datanode.Admission;

/**
 * How a block pool of this DataNode stands to the registry.
 *
 * <pre>
 *              registry read
 *    UNKNOWN ----------------> FOLLOWING
 *      |  ^                     |  |  ^ ^
 *      |  '---------------------'  |  | |
 *      |        lease over         |  | | every epoch applied (when the pool is opened)
 *      |                  prepared |  | '-----------------------.
 *      |                           v  | cancelled               |
 *      |---------------------> ROLLBACK_PENDING ----------> ROLLING_BACK
 *      |     prepared                     epoch committed       ^  |
 *      '--------------------------------------------------------'  '--> ROLLBACK_PENDING (the next one is prepared)
 *                        epoch committed
 * </pre>
 *
 * There is no way from a pending or running rollback back to UNKNOWN: the NameNode is down then, and gates that are
 * closed stay closed until it says otherwise.
 */
enum FollowerMode {
    /** The registry was not read for longer than the lease: everything is preserved, no delete goes through. */
    UNKNOWN(Admission.HOLD_DELETES),
    /** The registry is known. */
    FOLLOWING(Admission.OPEN),
    /** A rollback is prepared: nothing may change any more. */
    ROLLBACK_PENDING(Admission.CLOSED),
    /** A rollback epoch is known that is not applied on every storage volume: nothing may be served. */
    ROLLING_BACK(Admission.CLOSED);

    private static final ImmutableSetMultimap<FollowerMode, FollowerMode> NEXT =
            ImmutableSetMultimap.<FollowerMode, FollowerMode>builder()
                    .putAll(UNKNOWN, FOLLOWING, ROLLBACK_PENDING, ROLLING_BACK)
                    .putAll(FOLLOWING, UNKNOWN, ROLLBACK_PENDING, ROLLING_BACK)
                    .putAll(ROLLBACK_PENDING, FOLLOWING, ROLLING_BACK)
                    .putAll(ROLLING_BACK, FOLLOWING, ROLLBACK_PENDING)
                    .build();

    private final Admission admission;

    FollowerMode(Admission admission) {
        this.admission = admission;
    }

    /** What passes to the live replicas in this mode. */
    Admission admission() {
        return admission;
    }

    /** Whether this mode may follow {@code from}; staying is always allowed. */
    boolean canFollow(FollowerMode from) {
        return this == from || NEXT.containsEntry(from, this);
    }

    /** The mode itself, if it may follow {@code from}. */
    FollowerMode validate(FollowerMode from) {
        checkState(canFollow(from), "no way from %s to %s", from, this);
        return this;
    }

    /** The mode that a registry that was just read asks for. */
    static FollowerMode of(boolean epochNotApplied, boolean rollbackPending) {
        if (epochNotApplied) {
            return ROLLING_BACK;
        }
        return rollbackPending ? ROLLBACK_PENDING : FOLLOWING;
    }
}
