/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

/**
 * The bytes of the losses file: slots of 512 bytes, each zero or the same 256 bytes twice, so that one
 * damaged byte hides no loss. Little-endian, offsets in bytes.
 *
 * <pre>
 *  0     4     6     8                                   252 256
 *  +-----+-----+-----+---------------+-------------------+---+
 *  |magic|h len|r len| header        | reason, zeros     |crc|
 *  +-----+-----+-----+---------------+-------------------+---+
 * </pre>
 *
 * The header is a {@code VERSION_PRESERVED} record of the log, the reason UTF-8. The crc covers the store's id and
 * everything before it.
 */
final class LossFormat {
    static final int MAGIC = 0x534f4c56; // "VLOS"
    static final int HEADER_LENGTH_OFFSET = 4;
    static final int REASON_LENGTH_OFFSET = 6;
    static final int HEADER_OFFSET = 8;
    static final int CRC_OFFSET = 252;
    static final int COPY_BYTES = 256;
    static final int SLOT_BYTES = 2 * COPY_BYTES;

    /** Header and reason together. */
    static final int MAX_TEXT_BYTES = CRC_OFFSET - HEADER_OFFSET;

    private LossFormat() {}
}
