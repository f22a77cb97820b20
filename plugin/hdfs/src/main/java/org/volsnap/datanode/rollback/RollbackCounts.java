/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

/**
 * What applying an epoch has done.
 *
 * @param untouched replicas that were right already
 * @param merged replicas that were cut, filled or renamed in place
 * @param putBack replicas that came back out of a store
 * @param removed replicas that are not the snapshot's; newer snapshots keep those they need
 * @param lost block versions of the snapshot that are not to be had any more here
 */
public record RollbackCounts(long untouched, long merged, long putBack, long removed, long lost) {
    static final RollbackCounts NONE = new RollbackCounts(0, 0, 0, 0, 0);

    @Override
    public String toString() {
        return untouched + " untouched, " + merged + " merged, " + putBack + " put back, " + removed + " removed, "
                + lost + " lost";
    }
}
