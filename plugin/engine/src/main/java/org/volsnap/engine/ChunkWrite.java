/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.volsnap.model.ChunkGeometry;

/**
 * The part of a write that falls into one chunk.
 *
 * @param chunk the chunk
 * @param offset the first byte in it
 * @param data the bytes
 */
record ChunkWrite(long chunk, int offset, ByteBuffer data) {
    ChunkWrite {
        data = data.asReadOnlyBuffer();
    }

    @Override
    public ByteBuffer data() {
        return data.duplicate();
    }

    /** Whether nothing of the chunk is left: then there is nothing to copy (dm-snap.c, io_overlaps_chunk). */
    boolean isWhole(ChunkGeometry geometry) {
        return data.remaining() == geometry.chunkSizeBytes();
    }

    /** Cuts a write at the borders of chunks. */
    static List<ChunkWrite> split(ChunkGeometry geometry, long offset, ByteBuffer data) {
        List<ChunkWrite> parts = new ArrayList<>();
        ByteBuffer rest = data.duplicate();
        for (long at = offset; rest.hasRemaining(); ) {
            long chunk = geometry.chunkOf(at);
            int inChunk = (int) (at - geometry.offsetOf(chunk));
            int length = Math.min(rest.remaining(), geometry.chunkSizeBytes() - inChunk);
            parts.add(new ChunkWrite(chunk, inChunk, rest.slice().limit(length)));
            rest.position(rest.position() + length);
            at += length;
        }
        return parts;
    }
}
