/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.device;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.volsnap.store.Device;

/** A device in memory. */
public class MemoryDevice implements Device {
    private final long size;

    @GuardedBy("this")
    private final byte[] bytes;

    public MemoryDevice(long sectors) {
        this.size = sectors * 512;
        this.bytes = new byte[Math.toIntExact(size)];
    }

    /** A device that begins with these bytes. */
    public static MemoryDevice holding(byte[] image, long sectors) throws IOException {
        MemoryDevice device = new MemoryDevice(sectors);
        device.write(0, ByteBuffer.wrap(image));
        return device;
    }

    @Override
    public long sizeBytes() {
        return size;
    }

    @Override
    public synchronized void read(long offset, ByteBuffer into) throws IOException {
        check(offset, into);
        into.put(bytes, (int) offset, into.remaining());
    }

    @Override
    public synchronized void write(long offset, ByteBuffer from) throws IOException {
        check(offset, from);
        from.get(bytes, (int) offset, from.remaining());
    }

    private void check(long offset, ByteBuffer buffer) throws IOException {
        if (offset < 0 || offset + buffer.remaining() > sizeBytes()) {
            throw new IOException("past the end of the device");
        }
    }

    @Override
    public void flush() throws IOException {}

    /** What lies there now. */
    public synchronized byte[] image() {
        return bytes.clone();
    }
}
