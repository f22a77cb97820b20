/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

/** What a snapshot becomes when one of its own writes finds no room (dm-snapshot's store types P and PO). */
public enum OverflowPolicy {
    /** INVALID: nothing of it can be read any more. */
    INVALIDATE,
    /** It can still be read, but no more be written; a change of the origin that finds no room makes it INVALID. */
    KEEP_READABLE
}
