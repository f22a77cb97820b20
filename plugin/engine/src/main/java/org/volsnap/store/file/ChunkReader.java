/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.volsnap.store.file.LogFormat.CHUNK_RECORD_BYTES;
import static org.volsnap.store.file.LogFormat.FRAME_HEAD_BYTES;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreException;

/** Reads chunks back, each with one read of the file when its checksums are of the usual length. Safe for many threads. */
final class ChunkReader implements Closeable {
    private static final int ATTEMPTS = 4;

    /** Room for the checksums that HDFS has by default: 4 bytes for 512. */
    private static final int CHECKSUM_SHARE = 128;

    private final SegmentFiles segmentFiles;
    private final OpenSegments open;
    private final RecordCodec records;
    private final int usualBytes;

    ChunkReader(SegmentFiles segmentFiles, RecordCodec records, ChunkGeometry geometry) {
        this.segmentFiles = segmentFiles;
        this.open = new OpenSegments(segmentFiles);
        this.records = records;
        int chunk = geometry.chunkSizeBytes();
        this.usualBytes = FRAME_HEAD_BYTES + CHUNK_RECORD_BYTES + chunk + chunk / CHECKSUM_SHARE;
    }

    ChunkContent read(ChunkLocation location) throws IOException {
        int segment = LogPosition.segment(location.value());
        long offset = LogPosition.offset(location.value());
        try {
            for (int attempt = 1; ; attempt++) {
                StoreFile file = open.get(segment);
                try {
                    return read(file, segment, offset);
                } catch (ClosedChannelException e) {
                    open.forget(segment, file);
                    if (attempt == ATTEMPTS || e instanceof ClosedByInterruptException) {
                        throw e;
                    }
                }
            }
        } catch (NoSuchFileException e) {
            throw new StoreException(segmentFiles.place(segment, offset) + " is not there: the segment is missing", e);
        }
    }

    private ChunkContent read(StoreFile file, int segment, long offset) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(usualBytes);
        file.read(bytes, offset);
        bytes.flip();
        ByteBuffer head = bytes.slice(0, Math.min(bytes.limit(), FRAME_HEAD_BYTES + CHUNK_RECORD_BYTES));
        Frame frame = segmentFiles.codec(segment).decode(head, offset);
        if (frame == null || !(records.decode(frame) instanceof LogEntry.Chunk chunk)) {
            throw new StoreCorruptException(segmentFiles.place(segment, offset) + " is damaged: there is no chunk");
        }
        ByteBuffer data = data(file, frame, bytes, (int) (frame.dataOffset() - offset));
        if (data.remaining() < frame.dataLength() || Checksums.crc(data) != frame.dataCrc()) {
            throw new StoreCorruptException(segmentFiles.place(segment, offset)
                    + " is damaged: the chunk's bytes are not those that were written");
        }
        int length = frame.dataLength() - chunk.checksumsLength();
        return new ChunkContent(data.slice(0, length), data.slice(length, chunk.checksumsLength()));
    }

    /** The frame's data, shorter when the file ends before. */
    private static ByteBuffer data(StoreFile file, Frame frame, ByteBuffer bytes, int start) throws IOException {
        if (start + frame.dataLength() <= bytes.limit()) {
            return bytes.slice(start, frame.dataLength());
        }
        ByteBuffer data = ByteBuffer.allocate(frame.dataLength());
        file.read(data, frame.dataOffset());
        return data.flip();
    }

    /** Lets go of segments that were deleted or replaced. */
    void forgetSegments() {
        open.forgetAll();
    }

    @Override
    public void close() {
        open.close();
    }
}
