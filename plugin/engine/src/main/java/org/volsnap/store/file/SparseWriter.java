/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.volsnap.store.file.LogFormat.SEGMENT_HEADER_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes a segment's live frames at the offsets they had, and a gap, which is a hole in the file, in place of the
 * others. Data is copied as it is, with the checksum it was given first. For one thread.
 */
final class SparseWriter {
    private static final int PIECE_BYTES = 256 << 10;

    private final StoreFile file;
    private final FrameCodec codec;
    private long end = SEGMENT_HEADER_BYTES;
    private long batch;
    private FrameLink last = FrameLink.NONE;

    SparseWriter(StoreFile file, FrameCodec codec) {
        this.file = file;
        this.codec = codec;
    }

    void begin(SegmentHeader header) throws IOException {
        file.write(header.encode(), 0);
    }

    /** Copies a frame, with all before it that was not copied as a gap. */
    void copy(Frame frame, StoreFile from) throws IOException {
        gap(frame.offset());
        Frame copied = frame.withPrevious(last);
        file.write(codec.encode(copied), copied.offset());
        long at = frame.dataOffset();
        for (long rest = frame.end() - at; rest > 0; rest = frame.end() - at) {
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(rest, PIECE_BYTES));
            from.read(piece, at);
            file.write(piece.clear(), at);
            at += piece.limit();
        }
        last = copied.link();
        end = copied.end();
        batch = frame.batch();
    }

    /** @return the last frame, when the segment ends here */
    FrameLink finish(long segmentEnd) throws IOException {
        gap(segmentEnd);
        return last;
    }

    private void gap(long to) throws IOException {
        if (to > end) {
            ByteBuffer record =
                    FrameCodec.littleEndian(Long.BYTES).putLong(to - end).flip();
            Frame gap = new Frame(FrameType.GAP, end, batch, end, last, record, 0, Checksums.crc());
            file.write(codec.encode(gap), end);
            last = gap.link();
            end = to;
        }
    }
}
