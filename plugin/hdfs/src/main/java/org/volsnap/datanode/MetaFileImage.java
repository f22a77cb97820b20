/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;

/** The meta file that a block version had at T, put together from the checksums of its chunks. */
final class MetaFileImage {
    private final byte[] header;
    private final ChecksumLayout layout;
    private final long dataLength;
    private final ChunkGeometry geometry;
    private final Chunks chunks;

    /** The version's chunks. */
    interface Chunks {
        ChunkContent read(long chunk) throws IOException;
    }

    MetaFileImage(byte[] header, long dataLength, ChunkGeometry geometry, Chunks chunks) throws IOException {
        this.header = header;
        this.layout = ChecksumLayout.of(header);
        this.dataLength = dataLength;
        this.geometry = geometry;
        this.chunks = chunks;
    }

    /** Bytes of the meta file. */
    long length() {
        return layout.metaLength(dataLength);
    }

    /** The bytes of the meta file from a position on, to the end of the header or of a chunk's checksums. */
    ByteBuffer from(long position) throws IOException {
        if (position < header.length) {
            return ByteBuffer.wrap(header, (int) position, header.length - (int) position);
        }
        long sum = (position - header.length) / layout.size();
        int inSum = (int) ((position - header.length) % layout.size());
        ByteBuffer sums = layout.divides(geometry) ? storedFrom(sum) : computed(sum);
        return sums.position(sums.position() + inSum);
    }

    private ByteBuffer storedFrom(long sum) throws IOException {
        long offset = sum * layout.bytesPerChecksum();
        long chunk = geometry.chunkOf(offset);
        ByteBuffer sums = chunks.read(chunk).checksums();
        int before = (int) ((offset - geometry.offsetOf(chunk)) / layout.bytesPerChecksum());
        return sums.position(sums.position() + before * layout.size());
    }

    /** A checksum chunk that lies across chunks: put together from verified pieces, then summed. */
    private ByteBuffer computed(long sum) throws IOException {
        long from = sum * layout.bytesPerChecksum();
        long to = Math.min(from + layout.bytesPerChecksum(), dataLength);
        ByteBuffer data = ByteBuffer.allocate((int) (to - from));
        for (long at = from; at < to; at = from + data.position()) {
            long chunk = geometry.chunkOf(at);
            ChunkContent content = chunks.read(chunk);
            layout.verify(content.data(), content.checksums(), geometry.offsetOf(chunk), "chunk " + chunk);
            ByteBuffer bytes = content.data().slice();
            bytes.position((int) (at - geometry.offsetOf(chunk)));
            data.put(bytes.limit((int) Math.min(bytes.limit(), to - geometry.offsetOf(chunk))));
        }
        ByteBuffer result = ByteBuffer.allocate(layout.size());
        layout.putSum(data.flip(), result);
        return result.flip();
    }
}
