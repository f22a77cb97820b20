/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.volsnap.store.Device;

/**
 * A block device in memory below dm: every write that has ended is on it for good, one that is still delayed is not
 * when the power is cut. It can be slow and it can fail, in the traces' virtual time. Safe for many threads.
 */
final class SimulatedDevice implements Device {
    private record Range(long from, long to) {
        boolean contains(long offset) {
            return offset >= from && offset < to;
        }
    }

    private final VirtualTime time;
    private volatile int readDelay;
    private volatile int writeDelay;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final byte[] content;

    @GuardedBy("lock")
    private final List<Range> failing = new ArrayList<>();

    @GuardedBy("lock")
    private boolean off;

    SimulatedDevice(VirtualTime time, byte[] content) {
        this.time = time;
        this.content = content;
    }

    @Override
    public long sizeBytes() {
        synchronized (lock) {
            return content.length;
        }
    }

    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
        time.after(readDelay, () -> readNow(offset, into));
    }

    private void readNow(long offset, ByteBuffer into) throws IOException {
        synchronized (lock) {
            checkRange(offset, into.remaining());
            for (Range range : failing) {
                if (range.from() < offset + into.remaining() && range.to() > offset) {
                    throw new IOException("simulated read error near byte " + range.from());
                }
            }
            into.put(content, (int) offset, into.remaining());
        }
    }

    @Override
    public void write(long offset, ByteBuffer from) throws IOException {
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        time.after(writeDelay, () -> writeNow(offset, bytes));
    }

    /** Sectors that don't fail get their bytes, whatever happens to the others. */
    private void writeNow(long offset, byte[] bytes) throws IOException {
        synchronized (lock) {
            checkRange(offset, bytes.length);
            boolean failed = false;
            for (int at = 0; at < bytes.length; ) {
                int length = Math.min(bytes.length - at, Sectors.BYTES - (int) ((offset + at) % Sectors.BYTES));
                if (fails(offset + at)) {
                    failed = true;
                } else {
                    System.arraycopy(bytes, at, content, (int) offset + at, length);
                }
                at += length;
            }
            if (failed) {
                throw new IOException("simulated write error in bytes " + offset + " to " + (offset + bytes.length));
            }
        }
    }

    @GuardedBy("lock")
    private boolean fails(long offset) {
        return failing.stream().anyMatch(range -> range.contains(offset));
    }

    @GuardedBy("lock")
    private void checkRange(long offset, int length) throws IOException {
        if (off) {
            throw new IOException("the power was cut");
        }
        if (offset < 0 || offset + length > content.length) {
            throw new IOException(
                    "bytes " + offset + " to " + (offset + length) + " are not all on a device of " + content.length);
        }
    }

    /** Nothing to do: what was written is on the device. */
    @Override
    public void flush() throws IOException {
        synchronized (lock) {
            checkRange(0, 0);
        }
    }

    // ---- what a trace does to it

    /** Reads and writes that begin from now on take this many milliseconds. */
    void delay(int readMillis, int writeMillis) {
        readDelay = readMillis;
        writeDelay = writeMillis;
    }

    int writeDelay() {
        return writeDelay;
    }

    /** Bytes that fail from now on. */
    void fail(long offset, long length) {
        synchronized (lock) {
            failing.add(new Range(offset, offset + length));
        }
    }

    /** Neither slow nor failing any more. */
    void heal() {
        delay(0, 0);
        synchronized (lock) {
            failing.clear();
        }
    }

    /** The bytes below dm, neither delayed nor failing. */
    byte[] raw() {
        synchronized (lock) {
            return content.clone();
        }
    }

    /** Writes below dm. */
    void fill(int offset, byte[] bytes) {
        synchronized (lock) {
            System.arraycopy(bytes, 0, content, offset, bytes.length);
        }
    }

    /** The device after the power is back; this one answers nothing any more. */
    SimulatedDevice afterPowerCut() {
        synchronized (lock) {
            off = true;
            return new SimulatedDevice(time, content.clone());
        }
    }
}
