/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import java.util.Set;

/**
 * What a rollback from now to T does, entry by entry, in the order of paths. An entry can be told more than once: a file
 * that was renamed and appended to moves and changes.
 */
public interface Differences {
    /** Was there at T, and its path is free now or taken by what vanishes. */
    void comesBack(Entry then);

    /** Is there now, and its path was free at T or taken by what comes back. */
    void vanishes(Entry now);

    /**
     * Is there at T and now, as the same inode or under the same path, and not the same.
     *
     * @param aspects what differs; not empty
     */
    void changes(Entry then, Entry now, Set<Aspect> aspects);

    /** The same inode in another directory or under another name; what is in it moves along and is not told. */
    void moves(Entry then, Entry now);

    /** A file that was being written at T: its writer's lease is not given back. */
    void openThen(Entry then);

    /** A file that is being written now: its writer loses the lease. */
    void openNow(Entry now);
}
