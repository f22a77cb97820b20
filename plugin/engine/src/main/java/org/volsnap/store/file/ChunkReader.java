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
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReadMemory;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreException;

/** Reads chunks back, neighbours with one read of the file when their checksums are of the usual length. Safe for many threads. */
final class ChunkReader implements Closeable {
    private static final int ATTEMPTS = 4;

    /** Room for the checksums that HDFS has by default: 4 bytes for 512. */
    private static final int CHECKSUM_SHARE = 128;

    /** What one read of the disk brings at most, so that it is still in the processor's cache when it is checked. */
    private static final int SPAN_BYTES = 256 << 10;

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

    ChunkContent read(ChunkLocation location, ReadMemory memory) throws IOException {
        int segment = LogPosition.segment(location.value());
        long offset = LogPosition.offset(location.value());
        ByteBuffer bytes = memory.ofSize(usualBytes);
        fill(bytes, segment, offset);
        return decode(segment, offset, bytes);
    }

    /** Reads the chunks in the order in which they lie, as many with one read as lie in one span. */
    List<ChunkContent> readAll(List<ChunkLocation> locations) throws IOException {
        ChunkContent[] contents = new ChunkContent[locations.size()];
        List<Integer> order = IntStream.range(0, contents.length)
                .boxed()
                .sorted(Comparator.comparingLong(i -> locations.get(i).value()))
                .toList();
        int from = 0;
        while (from < contents.length) {
            int to = endOfSpan(locations, order, from);
            readSpan(locations, order.subList(from, to), contents);
            from = to;
        }
        return List.of(contents);
    }

    private int endOfSpan(List<ChunkLocation> locations, List<Integer> order, int from) {
        long first = locations.get(order.get(from)).value();
        long last = first;
        int to = from + 1;
        while (to < order.size()
                && isNear(first, last, locations.get(order.get(to)).value())) {
            last = locations.get(order.get(to)).value();
            to++;
        }
        return to;
    }

    /** Whether the next chunk lies in the span that begins with the first, and not far behind the last. */
    private boolean isNear(long first, long last, long next) {
        return LogPosition.segment(first) == LogPosition.segment(next)
                && LogPosition.offset(next) + usualBytes - LogPosition.offset(first) <= SPAN_BYTES
                && LogPosition.offset(next) - LogPosition.offset(last) <= 2L * usualBytes;
    }

    private void readSpan(List<ChunkLocation> locations, List<Integer> span, ChunkContent[] into) throws IOException {
        int segment = LogPosition.segment(locations.get(span.get(0)).value());
        long start = LogPosition.offset(locations.get(span.get(0)).value());
        long last = LogPosition.offset(locations.get(span.get(span.size() - 1)).value());
        ByteBuffer bytes = ByteBuffer.allocate((int) (last - start) + usualBytes);
        fill(bytes, segment, start);
        for (int i : span) {
            long offset = LogPosition.offset(locations.get(i).value());
            int at = (int) Math.min(offset - start, bytes.limit());
            into[i] = decode(segment, offset, bytes.slice(at, Math.min(usualBytes, bytes.limit() - at)));
        }
    }

    /** Reads from the segment until the buffer is full or the segment ends; again when it was closed meanwhile. */
    private void fill(ByteBuffer bytes, int segment, long offset) throws IOException {
        try {
            for (int attempt = 1; ; attempt++) {
                StoreFile file = open.get(segment);
                try {
                    file.read(bytes.clear(), offset);
                    bytes.flip();
                    return;
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

    /** @param bytes what lies at the offset: all of the chunk, when its checksums are of the usual length */
    private ChunkContent decode(int segment, long offset, ByteBuffer bytes) throws IOException {
        ByteBuffer head = bytes.slice(0, Math.min(bytes.limit(), FRAME_HEAD_BYTES + CHUNK_RECORD_BYTES));
        Frame frame = segmentFiles.codec(segment).decode(head, offset);
        if (frame == null || !(records.decode(frame) instanceof LogEntry.Chunk chunk)) {
            throw new StoreCorruptException(segmentFiles.place(segment, offset) + " is damaged: there is no chunk");
        }
        ByteBuffer data = data(segment, frame, bytes, (int) (frame.dataOffset() - offset));
        if (data.remaining() < frame.dataLength() || Checksums.crc(data) != frame.dataCrc()) {
            throw new StoreCorruptException(segmentFiles.place(segment, offset)
                    + " is damaged: the chunk's bytes are not those that were written");
        }
        int length = frame.dataLength() - chunk.checksumsLength();
        return new ChunkContent(data.slice(0, length), data.slice(length, chunk.checksumsLength()));
    }

    /** The frame's data, shorter when the file ends before. */
    private ByteBuffer data(int segment, Frame frame, ByteBuffer bytes, int start) throws IOException {
        if (start + frame.dataLength() <= bytes.limit()) {
            return bytes.slice(start, frame.dataLength());
        }
        ByteBuffer data = ByteBuffer.allocate(frame.dataLength());
        fill(data, segment, frame.dataOffset());
        return data;
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
