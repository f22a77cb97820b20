/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a store's log holds, counted from its bytes (docs/on-disk-format.md).
 *
 * @param chunks frames with data
 * @param metadataBytes all bytes that are not data of chunks
 * @param batches frames that one force made durable
 */
record LogFrames(long chunks, long metadataBytes, long batches) {
    private static final int SEGMENT_HEADER_BYTES = 64;
    private static final int HEAD_BYTES = 44;
    private static final int RECORD_LENGTH_OFFSET = 6;
    private static final int DATA_LENGTH_OFFSET = 8;
    private static final int BATCH_OFFSET = 16;

    static LogFrames read(Path store) throws IOException {
        long chunks = 0;
        long metadata = 0;
        Set<String> batches = new HashSet<>();
        for (Path segment : segments(store)) {
            try (FileChannel file = FileChannel.open(segment)) {
                long at = SEGMENT_HEADER_BYTES;
                metadata += at;
                while (at < file.size()) {
                    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    file.read(head, at);
                    if (head.getInt(0) == 0) {
                        break; // zeros ahead of the log
                    }
                    int dataLength = head.getInt(DATA_LENGTH_OFFSET);
                    long length = (HEAD_BYTES + head.getShort(RECORD_LENGTH_OFFSET) + dataLength + 7L) & -8L;
                    chunks += dataLength > 0 ? 1 : 0;
                    metadata += length - dataLength;
                    batches.add(segment.getFileName() + ":" + head.getLong(BATCH_OFFSET));
                    at += length;
                }
            }
        }
        return new LogFrames(chunks, metadata, batches.size());
    }

    private static List<Path> segments(Path store) throws IOException {
        try (Stream<Path> files = Files.walk(store)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".segment"))
                    .sorted()
                    .toList();
        }
    }
}
