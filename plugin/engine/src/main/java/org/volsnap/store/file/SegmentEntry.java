/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

/**
 * A sealed segment: nothing is added to it any more.
 *
 * @param number its name
 * @param end the offset after its last frame; what lies behind was never acknowledged
 * @param last its last frame, as a next one would repeat it
 */
record SegmentEntry(int number, long end, FrameLink last) {}
