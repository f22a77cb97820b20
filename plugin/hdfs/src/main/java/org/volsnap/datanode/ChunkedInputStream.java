/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A stream that fetches its bytes piece by piece, when they are asked for. For one thread. */
final class ChunkedInputStream extends InputStream {
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final long end;
    private final Source source;
    private long position;
    private ByteBuffer piece = NONE;

    /** The bytes from a position on: at least one, as many as are at hand. */
    interface Source {
        ByteBuffer from(long position) throws IOException;
    }

    ChunkedInputStream(long position, long end, Source source) {
        this.position = position;
        this.end = end;
        this.source = source;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position >= end) {
            return -1;
        }
        if (!piece.hasRemaining()) {
            piece = source.from(position).slice();
        }
        int count = (int) Math.min(Math.min(length, piece.remaining()), end - position);
        piece.get(into, offset, count);
        position += count;
        return count;
    }

    @Override
    public long skip(long count) {
        long skipped = Math.max(0, Math.min(count, end - position));
        position += skipped;
        piece = skipped < piece.remaining() ? piece.position(piece.position() + (int) skipped) : NONE;
        return skipped;
    }

    /** What can be read without waiting for a store. */
    @Override
    public int available() {
        return piece.remaining();
    }
}
