/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.volsnap.store.file.LogFormat.SEGMENT_CRC_OFFSET;
import static org.volsnap.store.file.LogFormat.SEGMENT_HEADER_BYTES;
import static org.volsnap.store.file.LogFormat.SEGMENT_HEADER_LENGTH_OFFSET;
import static org.volsnap.store.file.LogFormat.SEGMENT_MAGIC;
import static org.volsnap.store.file.LogFormat.SEGMENT_NUMBER_OFFSET;
import static org.volsnap.store.file.LogFormat.SEGMENT_STORE_ID_OFFSET;
import static org.volsnap.store.file.LogFormat.SEGMENT_VERSION_OFFSET;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The first bytes of a segment.
 *
 * @param storeId the store whose log it is part of
 * @param number its place in the log, never used twice
 */
record SegmentHeader(UUID storeId, int number) {

    /** Says damaged. */
    static final short NO_VERSION = 0;

    ByteBuffer encode() {
        return encode(FormatVersion.MAX);
    }

    private ByteBuffer encode(short version) {
        ByteBuffer out = FrameCodec.littleEndian(SEGMENT_HEADER_BYTES);
        out.putLong(0, SEGMENT_MAGIC);
        out.putShort(SEGMENT_VERSION_OFFSET, version);
        out.putShort(SEGMENT_HEADER_LENGTH_OFFSET, (short) SEGMENT_HEADER_BYTES);
        out.putInt(SEGMENT_NUMBER_OFFSET, number);
        out.putLong(SEGMENT_STORE_ID_OFFSET, storeId.getMostSignificantBits());
        out.putLong(SEGMENT_STORE_ID_OFFSET + Long.BYTES, storeId.getLeastSignificantBits());
        out.putInt(SEGMENT_CRC_OFFSET, Checksums.crc(out.slice(0, SEGMENT_CRC_OFFSET)));
        return out;
    }

    /**
     * The format version of a file that begins with this header.
     *
     * @return {@link #NO_VERSION} when the header is damaged; the frames after it may be whole
     * @throws org.volsnap.store.StoreVersionException when the header is whole, and another format's
     */
    short versionAtStartOf(StoreFile file, Path name) throws IOException {
        ByteBuffer in = FrameCodec.littleEndian(SEGMENT_HEADER_BYTES);
        file.read(in, 0);
        in.position(SEGMENT_HEADER_BYTES);
        boolean whole = in.getLong(0) == SEGMENT_MAGIC
                && in.getInt(SEGMENT_CRC_OFFSET) == Checksums.crc(in.slice(0, SEGMENT_CRC_OFFSET));
        if (!whole) {
            return NO_VERSION;
        }
        short version = in.getShort(SEGMENT_VERSION_OFFSET);
        FormatVersion.check(version, name);
        return in.flip().equals(encode(version)) ? version : NO_VERSION;
    }
}
