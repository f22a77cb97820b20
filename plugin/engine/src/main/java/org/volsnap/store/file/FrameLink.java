/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

/**
 * What a frame repeats of the frame before it.
 *
 * @param type the frame's type; {@link FrameType#MARK} when there is none before
 * @param subject the version or lineage that its record begins with
 * @param length bytes from its start to the next frame; 0 when there is none
 */
record FrameLink(FrameType type, long subject, long length) {
    /** In front of a segment's first frame. */
    static final FrameLink NONE = new FrameLink(FrameType.MARK, 0, 0);
}
