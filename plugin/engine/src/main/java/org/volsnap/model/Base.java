/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.model;

/**
 * What the untouched chunks of a lineage are read from: the live replica, or a whole replica in a store. Recorded with
 * stamp and length <em>before and after</em> the coming change, because a crash leaves either: a live replica that
 * matches neither was changed unseen, and what rests on it is lost.
 *
 * @param stampBefore the live replica's stamp before the change
 * @param lengthBefore its length before the change: at least this long is accepted while it is open
 * @param stampAfter its stamp after the change
 * @param lengthAfter the least length it then has (an append makes it longer)
 */
public record Base(long stampBefore, long lengthBefore, long stampAfter, long lengthAfter) {
    /** Whether a live replica with this stamp and length can be this base. */
    public boolean matches(long stamp, long length) {
        return (stamp == stampAfter && length >= lengthAfter) || (stamp == stampBefore && length >= lengthBefore);
    }
}
