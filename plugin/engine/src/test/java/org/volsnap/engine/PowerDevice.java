/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.volsnap.store.Device;

/** A device whose power can be cut: what was not flushed is gone then. */
final class PowerDevice implements Device {
    /** The power of several devices: it goes after a number of writes and flushes. */
    static final class Power {
        private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);

        void cutAfter(long steps) {
            left.set(steps);
        }

        boolean isOn() {
            return left.get() > 0;
        }

        private void use() throws IOException {
            if (left.decrementAndGet() < 0) {
                throw new IOException("the power is off");
            }
        }
    }

    private final Power power;
    private volatile CountDownLatch writesMayGoOn = new CountDownLatch(0);
    private volatile boolean failing;
    private final AtomicLong heldWrites = new AtomicLong();

    @GuardedBy("this")
    private final byte[] now;

    @GuardedBy("this")
    private final byte[] durable;

    PowerDevice(Power power, byte[] content) {
        this.power = power;
        this.now = content.clone();
        this.durable = content.clone();
    }

    /** The same device after the power has come back. */
    synchronized PowerDevice afterCut(Power fresh) {
        return new PowerDevice(fresh, durable);
    }

    void holdWrites(CountDownLatch until) {
        writesMayGoOn = until;
    }

    /** Writes that wait to go on. */
    long heldWrites() {
        return heldWrites.get();
    }

    void fail(boolean fails) {
        failing = fails;
    }

    synchronized byte[] content() {
        return now.clone();
    }

    @Override
    public long sizeBytes() {
        synchronized (this) {
            return now.length;
        }
    }

    @Override
    public synchronized void read(long offset, ByteBuffer into) throws IOException {
        if (failing) {
            throw new IOException("the device fails");
        }
        into.put(now, (int) offset, into.remaining());
    }

    @Override
    public void write(long offset, ByteBuffer from) throws IOException {
        heldWrites.incrementAndGet();
        try {
            writesMayGoOn.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            heldWrites.decrementAndGet();
        }
        step();
        synchronized (this) {
            if (offset + from.remaining() > now.length) {
                throw new IOException("past the end of the device");
            }
            from.get(now, (int) offset, from.remaining());
        }
    }

    @Override
    public void flush() throws IOException {
        step();
        synchronized (this) {
            System.arraycopy(now, 0, durable, 0, now.length);
        }
    }

    private void step() throws IOException {
        if (failing) {
            throw new IOException("the device fails");
        }
        power.use();
    }
}
