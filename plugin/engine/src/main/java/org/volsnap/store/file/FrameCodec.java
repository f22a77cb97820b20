/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.volsnap.store.file.LogFormat.ALIGNMENT;
import static org.volsnap.store.file.LogFormat.BATCH_OFFSET;
import static org.volsnap.store.file.LogFormat.BATCH_START_OFFSET;
import static org.volsnap.store.file.LogFormat.DATA_CRC_OFFSET;
import static org.volsnap.store.file.LogFormat.DATA_LENGTH_OFFSET;
import static org.volsnap.store.file.LogFormat.FRAME_CRC_OFFSET;
import static org.volsnap.store.file.LogFormat.FRAME_HEAD_BYTES;
import static org.volsnap.store.file.LogFormat.FRAME_MAGIC;
import static org.volsnap.store.file.LogFormat.MAX_DATA_BYTES;
import static org.volsnap.store.file.LogFormat.MAX_RECORD_BYTES;
import static org.volsnap.store.file.LogFormat.PREVIOUS_LENGTH_OFFSET;
import static org.volsnap.store.file.LogFormat.PREVIOUS_SUBJECT_OFFSET;
import static org.volsnap.store.file.LogFormat.PREVIOUS_TYPE_OFFSET;
import static org.volsnap.store.file.LogFormat.RECORD_LENGTH_OFFSET;
import static org.volsnap.store.file.LogFormat.TYPE_OFFSET;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Turns the heads and records of one segment's frames into bytes and back. Stateless. */
final class FrameCodec {
    private static final int SEED_BYTES = 28;

    private final UUID storeId;
    private final int segment;

    FrameCodec(UUID storeId, int segment) {
        this.storeId = storeId;
        this.segment = segment;
    }

    int segment() {
        return segment;
    }

    /** Head and record, ready to be read. */
    ByteBuffer encode(Frame frame) {
        int recordLength = frame.record().limit();
        ByteBuffer bytes = littleEndian(FRAME_HEAD_BYTES + recordLength);
        bytes.putInt(0, FRAME_MAGIC);
        bytes.put(TYPE_OFFSET, frame.type().code());
        bytes.put(PREVIOUS_TYPE_OFFSET, frame.previous().type().code());
        bytes.putShort(RECORD_LENGTH_OFFSET, (short) recordLength);
        bytes.putInt(DATA_LENGTH_OFFSET, frame.dataLength());
        bytes.putInt(DATA_CRC_OFFSET, frame.dataCrc());
        bytes.putLong(BATCH_OFFSET, frame.batch());
        bytes.putLong(PREVIOUS_SUBJECT_OFFSET, frame.previous().subject());
        bytes.putInt(PREVIOUS_LENGTH_OFFSET, (int) (frame.previous().length() / ALIGNMENT));
        bytes.putInt(BATCH_START_OFFSET, (int) (frame.batchStart() / ALIGNMENT));
        bytes.put(FRAME_HEAD_BYTES, frame.record(), 0, recordLength);
        bytes.putInt(FRAME_CRC_OFFSET, crc(bytes, frame.offset(), recordLength));
        return bytes;
    }

    /**
     * The frame that begins at the buffer's start.
     *
     * @param bytes at least a head, and the record as far as it may reach
     * @param offset where the buffer's start lies in the segment
     * @return null when there is no valid frame
     */
    @Nullable
    Frame decode(ByteBuffer bytes, long offset) {
        ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (in.limit() < FRAME_HEAD_BYTES || in.getInt(0) != FRAME_MAGIC) {
            return null;
        }
        int recordLength = Short.toUnsignedInt(in.getShort(RECORD_LENGTH_OFFSET));
        int dataLength = in.getInt(DATA_LENGTH_OFFSET);
        boolean bounded = recordLength >= Long.BYTES
                && recordLength <= MAX_RECORD_BYTES
                && recordLength <= in.limit() - FRAME_HEAD_BYTES
                && dataLength >= 0
                && dataLength <= MAX_DATA_BYTES;
        if (!bounded || in.getInt(FRAME_CRC_OFFSET) != crc(in, offset, recordLength)) {
            return null;
        }
        return decodeChecked(in, offset, recordLength);
    }

    private static @Nullable Frame decodeChecked(ByteBuffer in, long offset, int recordLength) {
        FrameType type = FrameType.ofCode(in.get(TYPE_OFFSET));
        FrameType previousType = FrameType.ofCode(in.get(PREVIOUS_TYPE_OFFSET));
        if (type == null || previousType == null) {
            return null;
        }
        ByteBuffer record = littleEndian(recordLength);
        record.put(0, in, FRAME_HEAD_BYTES, recordLength);
        FrameLink previous = new FrameLink(
                previousType,
                in.getLong(PREVIOUS_SUBJECT_OFFSET),
                Integer.toUnsignedLong(in.getInt(PREVIOUS_LENGTH_OFFSET)) * ALIGNMENT);
        return new Frame(
                type,
                offset,
                in.getLong(BATCH_OFFSET),
                Integer.toUnsignedLong(in.getInt(BATCH_START_OFFSET)) * ALIGNMENT,
                previous,
                record,
                in.getInt(DATA_LENGTH_OFFSET),
                in.getInt(DATA_CRC_OFFSET));
    }

    /** Over store, segment, offset, the head without its CRC, and the record. */
    private int crc(ByteBuffer frame, long offset, int recordLength) {
        ByteBuffer seed = littleEndian(SEED_BYTES);
        seed.putLong(storeId.getMostSignificantBits()).putLong(storeId.getLeastSignificantBits());
        seed.putInt(segment).putLong(offset);
        CRC32C crc = new CRC32C();
        crc.update(seed.flip());
        crc.update(frame.slice(0, FRAME_CRC_OFFSET));
        crc.update(frame.slice(FRAME_HEAD_BYTES, recordLength));
        return (int) crc.getValue();
    }

    static ByteBuffer littleEndian(int lengthBytes) {
        return ByteBuffer.allocate(lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
