/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

/** What can be done with a snapshot, in dm-snapshot's words (snapshot_status). */
public enum SnapshotCondition {
    VALID,
    /** A write of the snapshot itself found no room: it can be read, not written. */
    OVERFLOW,
    /** Something of it is lost: it can't be read any more. */
    INVALID
}
