/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Gathers small pieces into few writes. For one thread; after a failure it begins anew. */
final class StagedWriter {
    private static final int STAGE_BYTES = 512 << 10;

    private final ByteBuffer stage = ByteBuffer.allocate(STAGE_BYTES);
    private @Nullable StoreFile file;
    private long offset;

    /** What is put from now on goes to this file, from this offset on, which is aligned. */
    void begin(StoreFile target, long start) {
        file = target;
        offset = start;
        stage.clear();
    }

    /** Takes all of the piece. */
    void put(ByteBuffer piece) throws IOException {
        while (piece.hasRemaining()) {
            if (!stage.hasRemaining()) {
                flush();
            }
            int count = Math.min(piece.remaining(), stage.remaining());
            stage.put(piece.slice(piece.position(), count));
            piece.position(piece.position() + count);
        }
    }

    /** Adds zeros up to where a frame may begin. */
    void align() throws IOException {
        int missing = (int) (LogFormat.align(stage.position()) - stage.position());
        put(ByteBuffer.allocate(missing));
    }

    void flush() throws IOException {
        StoreFile target = file;
        if (target != null && stage.position() > 0) {
            stage.flip();
            int count = stage.limit();
            target.write(stage, offset);
            offset += count;
            stage.clear();
        }
    }
}
