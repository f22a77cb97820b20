/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static com.google.common.base.Preconditions.checkArgument;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.volsnap.store.file.FrameCodec.littleEndian;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.Base;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreRecord.BaseChanged;
import org.volsnap.store.StoreRecord.ChunksFreed;
import org.volsnap.store.StoreRecord.LineageFreed;
import org.volsnap.store.StoreRecord.VersionFreed;
import org.volsnap.store.StoreRecord.VersionHandedDown;
import org.volsnap.store.StoreRecord.VersionLost;
import org.volsnap.store.StoreRecord.VersionPreserved;

/**
 * Turns records into bytes and back: their fields in the order of their declaration, longs in 8 bytes, booleans and
 * enums in 1, byte arrays and texts with their length in 2. The block pool is the store's and not repeated.
 */
final class RecordCodec {
    private static final int MAX_CHECKSUM_HEADER_BYTES = 128;
    private static final int MAX_REASON_BYTES = 1024;

    private final String pool;

    RecordCodec(String pool) {
        this.pool = pool;
    }

    static FrameType typeOf(StoreRecord record) {
        if (record instanceof VersionPreserved) {
            return FrameType.VERSION_PRESERVED;
        } else if (record instanceof BaseChanged) {
            return FrameType.BASE_CHANGED;
        } else if (record instanceof VersionLost) {
            return FrameType.VERSION_LOST;
        } else if (record instanceof VersionHandedDown) {
            return FrameType.VERSION_HANDED_DOWN;
        } else if (record instanceof ChunksFreed) {
            return FrameType.CHUNKS_FREED;
        } else if (record instanceof VersionFreed) {
            return FrameType.VERSION_FREED;
        } else {
            return FrameType.LINEAGE_FREED;
        }
    }

    /** The record's bytes, ready to be read. */
    ByteBuffer encode(StoreRecord record) {
        ByteBuffer out = littleEndian(LogFormat.MAX_RECORD_BYTES);
        if (record instanceof VersionPreserved preserved) {
            putHeader(out, preserved.header());
        } else if (record instanceof BaseChanged changed) {
            Base base = changed.base();
            out.putLong(changed.lineage());
            out.putLong(base.stampBefore()).putLong(base.lengthBefore());
            out.putLong(base.stampAfter()).putLong(base.lengthAfter());
            out.putLong(changed.sequence());
        } else if (record instanceof VersionLost lost) {
            out.putLong(lost.version());
            putBytes(out, shortened(lost.reason(), MAX_REASON_BYTES));
        } else if (record instanceof VersionHandedDown handed) {
            out.putLong(handed.version()).putLong(handed.owner().value());
            out.put((byte) (handed.carrier() ? 1 : 0));
        } else if (record instanceof ChunksFreed freed) {
            out.putLong(freed.version());
            out.putLong(freed.chunks().first()).putLong(freed.chunks().count());
        } else if (record instanceof VersionFreed freed) {
            out.putLong(freed.version());
        } else if (record instanceof LineageFreed freed) {
            out.putLong(freed.lineage());
        }
        return trimmed(out);
    }

    /** The record of a chunk. */
    static ByteBuffer encodeChunk(long version, long chunk, int checksumsLength) {
        return littleEndian(LogFormat.CHUNK_RECORD_BYTES)
                .putLong(version)
                .putLong(chunk)
                .putInt(checksumsLength)
                .flip();
    }

    /** @return null when the frame's record is none of its type */
    @Nullable
    LogEntry decode(Frame frame) {
        ByteBuffer in =
                frame.record().duplicate().order(ByteOrder.LITTLE_ENDIAN).rewind();
        try {
            return switch (frame.type()) {
                case CHUNK -> decodeChunk(in, frame.dataLength());
                case MARK, GAP -> new LogEntry.Filler();
                case VERSION_PRESERVED -> metadata(new VersionPreserved(getHeader(in)));
                case BASE_CHANGED -> metadata(getBase(in));
                case VERSION_LOST -> metadata(new VersionLost(in.getLong(), new String(getBytes(in), UTF_8)));
                case VERSION_HANDED_DOWN ->
                    metadata(new VersionHandedDown(in.getLong(), new SnapshotId(in.getLong()), in.get() == 1));
                case CHUNKS_FREED ->
                    metadata(new ChunksFreed(in.getLong(), new ChunkRange(in.getLong(), in.getLong())));
                case VERSION_FREED -> metadata(new VersionFreed(in.getLong()));
                case LINEAGE_FREED -> metadata(new LineageFreed(in.getLong()));
            };
        } catch (BufferUnderflowException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            return null;
        }
    }

    /** The record of a version outside of the log; empty when it is none. */
    Optional<VersionPreserved> decodeVersion(ByteBuffer bytes) {
        try {
            return Optional.of(new VersionPreserved(getHeader(bytes.order(ByteOrder.LITTLE_ENDIAN))));
        } catch (BufferUnderflowException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private static LogEntry metadata(StoreRecord record) {
        return new LogEntry.Metadata(record);
    }

    private static LogEntry decodeChunk(ByteBuffer in, int dataLength) {
        LogEntry.Chunk chunk = new LogEntry.Chunk(in.getLong(), in.getLong(), in.getInt());
        checkArgument(chunk.checksumsLength() >= 0 && chunk.checksumsLength() <= dataLength, "bad checksums length");
        return chunk;
    }

    private static BaseChanged getBase(ByteBuffer in) {
        long lineage = in.getLong();
        Base base = new Base(in.getLong(), in.getLong(), in.getLong(), in.getLong());
        return new BaseChanged(lineage, base, in.getLong());
    }

    private void putHeader(ByteBuffer out, VersionHeader header) {
        BlockKey key = header.key();
        byte[] checksumHeader = header.checksumHeader();
        checkArgument(key.pool().equals(pool), "%s is not of block pool %s", key, pool);
        checkArgument(
                checksumHeader.length <= MAX_CHECKSUM_HEADER_BYTES,
                "checksum header has %s bytes, more than %s",
                checksumHeader.length,
                MAX_CHECKSUM_HEADER_BYTES);
        out.putLong(header.number()).putLong(header.lineage());
        out.putLong(key.blockId()).putLong(key.stamp());
        out.putLong(header.owner().value()).putLong(header.length());
        out.put((byte) header.state().ordinal());
        out.putLong(header.replacedByStamp());
        putBytes(out, checksumHeader);
    }

    private VersionHeader getHeader(ByteBuffer in) {
        long number = in.getLong();
        long lineage = in.getLong();
        BlockKey key = new BlockKey(pool, in.getLong(), in.getLong());
        SnapshotId owner = new SnapshotId(in.getLong());
        long length = in.getLong();
        VersionState state = VersionState.values()[in.get()];
        return new VersionHeader(number, lineage, key, owner, length, state, in.getLong(), getBytes(in));
    }

    private static void putBytes(ByteBuffer out, byte[] bytes) {
        out.putShort((short) bytes.length).put(bytes);
    }

    private static byte[] getBytes(ByteBuffer in) {
        byte[] bytes = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(bytes);
        return bytes;
    }

    static byte[] shortened(String text, int maxBytes) {
        byte[] bytes = text.getBytes(UTF_8);
        return bytes.length <= maxBytes ? bytes : Arrays.copyOf(bytes, maxBytes);
    }

    private static ByteBuffer trimmed(ByteBuffer out) {
        return littleEndian(out.position()).put(out.flip()).flip();
    }
}
