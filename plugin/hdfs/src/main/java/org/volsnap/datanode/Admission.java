/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

/** What the decorator lets through to the live replicas of a block pool. */
public enum Admission {
    /** Everything, once it is preserved. */
    OPEN,
    /** The registry is not known: all is preserved, deletes are left for a later block report, all else passes. */
    HOLD_DELETES,
    /** A rollback is pending: no change until it is cancelled or applied. */
    CLOSED
}
