/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import org.jspecify.annotations.Nullable;
import org.volsnap.model.SnapshotId;

/**
 * Where the log ends.
 *
 * @param segments all segments
 * @param end the offset after the last durable frame of the open one
 * @param last that frame
 * @param batch the last batch's number
 * @param newestOwner of the versions in the log; null when there are none
 */
record LogTail(
        SegmentList segments,
        long end,
        FrameLink last,
        long batch,
        @Nullable SnapshotId newestOwner) {}
