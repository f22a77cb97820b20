/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.nio.ByteBuffer;

/**
 * A frame without its data.
 *
 * @param offset where it begins in its segment
 * @param batch the batch it was forced with; ascending in the log
 * @param batchStart the offset at which that batch begins
 * @param previous the frame before it
 * @param record the record's bytes, not to be changed
 * @param dataLength bytes of data that follow the record
 * @param dataCrc CRC32C over the data
 */
record Frame(
        FrameType type,
        long offset,
        long batch,
        long batchStart,
        FrameLink previous,
        ByteBuffer record,
        int dataLength,
        int dataCrc) {
    /** Bytes to the next frame. */
    long length() {
        return type == FrameType.GAP ? record.getLong(0) : LogFormat.frameLength(record.limit(), dataLength);
    }

    long end() {
        return offset + length();
    }

    long dataOffset() {
        return offset + LogFormat.FRAME_HEAD_BYTES + record.limit();
    }

    FrameLink link() {
        return new FrameLink(type, record.getLong(0), length());
    }

    Frame withPrevious(FrameLink link) {
        return new Frame(type, offset, batch, batchStart, link, record, dataLength, dataCrc);
    }
}
