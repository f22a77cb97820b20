/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

/**
 * The log's bytes. All numbers are little-endian, all offsets in bytes.
 *
 * <pre>
 * segment := header (64) frame*
 *
 *  0               8    10   12      16                      32                60  64
 *  +---------------+----+----+-------+-----------------------+-----------------+---+
 *  | magic         |vers|len |number | store id              | zero            |crc|
 *  +---------------+----+----+-------+-----------------------+-----------------+---+
 *
 * frame := head (44) record data, zeros up to a multiple of 8
 *
 *  0   4 5 6  8      12    16           24               32       36      40     44
 *  +---+-+-+--+------+-----+------------+----------------+--------+-------+------+---------+------+
 *  |mag|t|p|rl| dlen |d-crc| batch      | p's subject    |p length|b start| crc  | record  | data |
 *  +---+-+-+--+------+-----+------------+----------------+--------+-------+------+---------+------+
 * </pre>
 *
 * {@code t} is the frame's type, {@code rl} and {@code dlen} the lengths of record and data. {@code p} is the frame
 * before: its type, length (in units of 8 bytes) and subject are repeated here, so that the loss of one frame tells what
 * was lost. {@code b start} is where the frame's batch begins (in units of 8 bytes). The frame's crc covers store id,
 * segment number, the frame's offset, head and record: a frame that lies somewhere else, as one does inside of preserved
 * data, is not valid. Every record begins with its subject: the number of a version or of a lineage.
 */
final class LogFormat {
    static final long SEGMENT_MAGIC = 0x474f4c50414e5356L; // "VSNAPLOG"
    static final int SEGMENT_VERSION_OFFSET = FormatVersion.OFFSET;
    static final int SEGMENT_HEADER_LENGTH_OFFSET = 10;
    static final int SEGMENT_NUMBER_OFFSET = 12;
    static final int SEGMENT_STORE_ID_OFFSET = 16;
    static final int SEGMENT_CRC_OFFSET = 60;
    static final int SEGMENT_HEADER_BYTES = 64;

    static final int FRAME_MAGIC = 0x4d465356; // "VSFM"
    static final int TYPE_OFFSET = 4;
    static final int PREVIOUS_TYPE_OFFSET = 5;
    static final int RECORD_LENGTH_OFFSET = 6;
    static final int DATA_LENGTH_OFFSET = 8;
    static final int DATA_CRC_OFFSET = 12;
    static final int BATCH_OFFSET = 16;
    static final int PREVIOUS_SUBJECT_OFFSET = 24;
    static final int PREVIOUS_LENGTH_OFFSET = 32;
    static final int BATCH_START_OFFSET = 36;
    static final int FRAME_CRC_OFFSET = 40;
    static final int FRAME_HEAD_BYTES = 44;

    static final int ALIGNMENT = 8;

    /** Holds every record: the longest is a loss with its reason. */
    static final int MAX_RECORD_BYTES = 2048;

    /** The largest chunk, and as many bytes of checksums. */
    static final int MAX_DATA_BYTES = 8 << 20;

    /** A chunk's record: version, chunk, length of the checksums that follow the bytes. */
    static final int CHUNK_RECORD_BYTES = 20;

    private LogFormat() {}

    /** Bytes from a frame's start to the next frame. */
    static int frameLength(int recordLength, int dataLength) {
        return align(FRAME_HEAD_BYTES + recordLength + dataLength);
    }

    static int align(int length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }

    static boolean isAligned(long offset) {
        return (offset & (ALIGNMENT - 1)) == 0;
    }
}
