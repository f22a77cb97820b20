/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

/**
 * What a frame is about, and dies with.
 *
 * @param isLineage whether the number is a lineage's, or a version's
 * @param number of the version or lineage
 */
record Subject(boolean isLineage, long number) {

    static Subject of(FrameType type, long number) {
        return new Subject(type == FrameType.BASE_CHANGED || type == FrameType.LINEAGE_FREED, number);
    }
}
