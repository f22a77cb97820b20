/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

/**
 * The frame of a small file that is replaced as a whole. Little-endian, offsets in bytes.
 *
 * <pre>
 *  0               8    10   12      16    20
 *  +---------------+----+----+-------+-----+------
 *  | magic         |vers|zero|length | crc | body
 *  +---------------+----+----+-------+-----+------
 * </pre>
 *
 * The length is the body's, the crc covers everything but itself.
 */
final class CheckedFileFormat {
    static final int VERSION_OFFSET = FormatVersion.OFFSET;
    static final int LENGTH_OFFSET = 12;
    static final int CRC_OFFSET = 16;
    static final int BODY_OFFSET = 20;

    /** Room for two million segments. */
    static final int MAX_BODY_BYTES = 64 << 20;

    static final long STORE_MAGIC = 0x524f5453504e5356L; // "VSNPSTOR"
    static final long SEGMENTS_MAGIC = 0x4d474553504e5356L; // "VSNPSEGM"

    private CheckedFileFormat() {}
}
