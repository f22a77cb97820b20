/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.volsnap.store.file.LogFormat.ALIGNMENT;
import static org.volsnap.store.file.LogFormat.FRAME_HEAD_BYTES;
import static org.volsnap.store.file.LogFormat.FRAME_MAGIC;
import static org.volsnap.store.file.LogFormat.MAX_RECORD_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads the frames of one segment, mostly forward, passing over their data. For one thread. */
final class SegmentReader {
    private static final int WINDOW_BYTES = 16 << 10;
    private static final int DATA_WINDOW_BYTES = 256 << 10;

    private final StoreFile file;
    private final FrameCodec codec;
    private final ByteBuffer window = FrameCodec.littleEndian(WINDOW_BYTES);
    private long windowStart;

    SegmentReader(StoreFile file, FrameCodec codec) {
        this.file = file;
        this.codec = codec;
        window.limit(0);
    }

    /** The valid frame at this offset that ends at {@code limit} or before; null when there is none. */
    @Nullable
    Frame frameAt(long offset, long limit) throws IOException {
        if (!windowHolds(offset, FRAME_HEAD_BYTES + MAX_RECORD_BYTES)) {
            fill(offset);
        }
        int start = (int) (offset - windowStart);
        Frame frame = codec.decode(window.slice(start, window.limit() - start), offset);
        boolean fits = frame != null
                && frame.length() >= FRAME_HEAD_BYTES
                && LogFormat.isAligned(frame.length())
                && frame.end() <= limit;
        return fits ? frame : null;
    }

    /** The first valid frame at this offset or behind; null when there is none before {@code limit}. */
    @Nullable
    Frame nextFrame(long from, long limit) throws IOException {
        long end = Math.min(limit, file.length());
        for (long at = from; at < end; at += ALIGNMENT) {
            if (!windowHolds(at, Integer.BYTES)) {
                fill(at);
            }
            int start = (int) (at - windowStart);
            boolean candidate = start + Integer.BYTES <= window.limit() && window.getInt(start) == FRAME_MAGIC;
            Frame frame = candidate ? frameAt(at, limit) : null;
            if (frame != null) {
                return frame;
            }
        }
        return null;
    }

    /** Whether the frame's data is what was written. */
    boolean dataIsIntact(Frame frame) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer piece = ByteBuffer.allocate(Math.min(DATA_WINDOW_BYTES, frame.dataLength()));
        long at = frame.dataOffset();
        for (int rest = frame.dataLength(); rest > 0; rest -= piece.limit()) {
            piece.clear().limit(Math.min(rest, piece.capacity()));
            file.read(piece, at);
            if (piece.hasRemaining()) {
                return false;
            }
            crc.update(piece.flip());
            at += piece.limit();
        }
        return (int) crc.getValue() == frame.dataCrc();
    }

    /** Whether nothing was written from here on but zeros ahead of the log. */
    boolean onlyZerosFrom(long offset) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(WINDOW_BYTES);
        long end = file.length();
        for (long at = offset; at < end; at += piece.limit()) {
            piece.clear();
            file.read(piece, at);
            piece.flip();
            if (!piece.hasRemaining() || !Zeros.only(piece.slice())) {
                return false;
            }
        }
        return true;
    }

    private boolean windowHolds(long offset, int length) {
        return offset >= windowStart && offset + length <= windowStart + window.limit();
    }

    private void fill(long offset) throws IOException {
        window.clear();
        file.read(window, offset);
        window.flip();
        windowStart = offset;
    }
}
