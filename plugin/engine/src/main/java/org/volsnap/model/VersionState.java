/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.model;

/** What a block version was at T. */
public enum VersionState {
    /** Its length was fixed. */
    FINALIZED,
    /** It was being written, or waited for recovery: only its first {@code length} bytes belong to the snapshot. */
    OPEN,
    /**
     * Not what was at T, but what its owner wrote over it since: whole chunks, which no other snapshot sees. See
     * docs/decisions/0007.
     */
    PRIVATE
}
