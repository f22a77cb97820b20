/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.volsnap.store.Device;

/** A device in a file, filled with bytes that no file system compresses. */
final class FileDevice implements Device, Closeable {
    private static final int FILL_BYTES = 1 << 20;

    private final FileChannel channel;
    private final long size;

    FileDevice(Path file, long sizeBytes) throws IOException {
        this(file, sizeBytes, new Random(1));
    }

    /** Zeros, as a device that nothing was written to. */
    static FileDevice blank(Path file, long sizeBytes) throws IOException {
        return new FileDevice(file, sizeBytes, null);
    }

    private FileDevice(Path file, long sizeBytes, @Nullable Random content) throws IOException {
        channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        size = sizeBytes;
        byte[] bytes = new byte[FILL_BYTES];
        if (content != null) {
            content.nextBytes(bytes);
        }
        for (long at = 0; at < sizeBytes; at += FILL_BYTES) {
            write(at, ByteBuffer.wrap(bytes, 0, (int) Math.min(FILL_BYTES, sizeBytes - at)));
        }
        flush();
    }

    @Override
    public long sizeBytes() {
        return size;
    }

    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
        long at = offset;
        while (into.hasRemaining()) {
            int read = channel.read(into, at);
            if (read < 0) {
                throw new IOException("past the end of the device");
            }
            at += read;
        }
    }

    @Override
    public void write(long offset, ByteBuffer from) throws IOException {
        long at = offset;
        while (from.hasRemaining()) {
            at += channel.write(from, at);
        }
    }

    /** Writes behind the end of the file. */
    void append(ByteBuffer from) throws IOException {
        write(channel.size(), from);
    }

    void clear() throws IOException {
        channel.truncate(0);
    }

    @Override
    public void flush() throws IOException {
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
