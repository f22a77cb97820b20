/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.volsnap.store.file.LogFormat.CHUNK_RECORD_BYTES;
import static org.volsnap.store.file.LogFormat.FRAME_HEAD_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.volsnap.model.ChunkContent;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreException;

/**
 * Reads chunks back. Every read opens its segment anew: a thread that is interrupted in a read closes the channel it
 * reads from, and a segment may be replaced by its compacted self at any time. Safe for many threads.
 */
final class ChunkReader {
    private final SegmentFiles segmentFiles;
    private final RecordCodec records;

    ChunkReader(SegmentFiles segmentFiles, RecordCodec records) {
        this.segmentFiles = segmentFiles;
        this.records = records;
    }

    ChunkContent read(ChunkLocation location) throws IOException {
        int segment = LogPosition.segment(location.value());
        long offset = LogPosition.offset(location.value());
        String place = segmentFiles.place(segment, offset);
        try (StoreFile file = segmentFiles.openRead(segment)) {
            ByteBuffer head = ByteBuffer.allocate(FRAME_HEAD_BYTES + CHUNK_RECORD_BYTES);
            file.read(head, offset);
            Frame frame = segmentFiles.codec(segment).decode(head.flip(), offset);
            if (frame == null || !(records.decode(frame) instanceof LogEntry.Chunk chunk)) {
                throw new StoreCorruptException(place + " is damaged: there is no chunk");
            }
            return content(file, frame, chunk.checksumsLength(), place);
        } catch (NoSuchFileException e) {
            throw new StoreException(place + " is not there: the segment is missing", e);
        }
    }

    private static ChunkContent content(StoreFile file, Frame frame, int checksumsLength, String place)
            throws IOException {
        ByteBuffer data = ByteBuffer.allocate(frame.dataLength());
        file.read(data, frame.dataOffset());
        if (data.hasRemaining() || Checksums.crc(data.flip()) != frame.dataCrc()) {
            throw new StoreCorruptException(place + " is damaged: the chunk's bytes are not those that were written");
        }
        int length = frame.dataLength() - checksumsLength;
        return new ChunkContent(data.slice(0, length), data.slice(length, checksumsLength));
    }
}
