/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.StoreRecord;

/**
 * A frame on its way into the log.
 *
 * @param type of the frame
 * @param record its record's bytes
 * @param entry what it means
 * @param data the buffers that make its data; left as they are
 * @param dataCrc CRC32C over them
 * @param done completes with the frame's {@link LogPosition} once it is durable
 */
record Submission(
        FrameType type,
        ByteBuffer record,
        LogEntry entry,
        List<ByteBuffer> data,
        int dataCrc,
        CompletableFuture<Long> done) {

    static Submission of(StoreRecord record, RecordCodec codec) {
        return new Submission(
                RecordCodec.typeOf(record),
                codec.encode(record),
                new LogEntry.Metadata(record),
                List.of(),
                Checksums.crc(),
                new CompletableFuture<>());
    }

    static Submission of(long version, long chunk, ChunkContent content) {
        ByteBuffer checksums = content.checksums();
        ByteBuffer data = content.data();
        return new Submission(
                FrameType.CHUNK,
                RecordCodec.encodeChunk(version, chunk, checksums.remaining()),
                new LogEntry.Chunk(version, chunk, checksums.remaining()),
                List.of(data, checksums),
                Checksums.crc(data, checksums),
                new CompletableFuture<>());
    }

    /** A frame that is nobody's. */
    static Submission filler(FrameType type, ByteBuffer record) {
        return new Submission(
                type, record, new LogEntry.Filler(), List.of(), Checksums.crc(), new CompletableFuture<>());
    }

    int dataLength() {
        return data.stream().mapToInt(ByteBuffer::remaining).sum();
    }

    /** Bytes that the frame takes in the log. */
    long length() {
        return LogFormat.frameLength(record.limit(), dataLength());
    }

    /** Whether the record gives space back: it may be written at the cost of the reserve. */
    boolean frees() {
        return switch (type) {
            case VERSION_FREED, CHUNKS_FREED, LINEAGE_FREED, VERSION_HANDED_DOWN -> true;
            case VERSION_PRESERVED, BASE_CHANGED, VERSION_LOST, CHUNK, MARK, GAP -> false;
        };
    }

    /** The owner of the version whose header this is; null for everything else. */
    @Nullable
    SnapshotId owner() {
        return entry instanceof LogEntry.Metadata metadata
                        && metadata.record() instanceof StoreRecord.VersionPreserved preserved
                ? preserved.header().owner()
                : null;
    }
}
