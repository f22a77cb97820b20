/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.device;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A device with a cache that a power cut loses: of each sector it keeps any one of the contents written since the last
 * flush, or the one before. The cut comes at a given step; from then on everything fails.
 */
public final class CrashDevice extends MemoryDevice {
    private static final int SECTOR = 512;

    private final long cutAt;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final byte[] durable;

    @GuardedBy("lock")
    private final Map<Integer, List<byte[]>> unflushed = new TreeMap<>();

    @GuardedBy("lock")
    private long steps;

    /** @param cutAt the step (a write or a flush, from 0) that does not end any more */
    public CrashDevice(long sectors, long cutAt) {
        super(sectors);
        this.cutAt = cutAt;
        this.durable = new byte[Math.toIntExact(sectors * SECTOR)];
    }

    @GuardedBy("lock")
    private boolean stepLocked() throws IOException {
        if (steps > cutAt) {
            throw new IOException("the power is off");
        }
        return steps++ == cutAt;
    }

    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
        if (isOff()) {
            throw new IOException("the power is off");
        }
        super.read(offset, into);
    }

    public boolean isOff() {
        synchronized (lock) {
            return steps > cutAt;
        }
    }

    @Override
    public void write(long offset, ByteBuffer from) throws IOException {
        synchronized (lock) {
            boolean last = stepLocked();
            for (int at = 0; at < from.remaining(); at += SECTOR) {
                byte[] sector = new byte[Math.min(SECTOR, from.remaining() - at)];
                from.get(from.position() + at, sector);
                unflushed
                        .computeIfAbsent((int) ((offset + at) / SECTOR), unused -> new ArrayList<>())
                        .add(sector);
            }
            if (last) {
                throw new IOException("power cut");
            }
        }
        super.write(offset, from);
    }

    @Override
    public void flush() throws IOException {
        synchronized (lock) {
            if (stepLocked()) {
                throw new IOException("power cut");
            }
            unflushed.forEach((sector, contents) -> {
                byte[] newest = contents.get(contents.size() - 1);
                System.arraycopy(newest, 0, durable, sector * SECTOR, newest.length);
            });
            unflushed.clear();
        }
    }

    /** One of the states in which the cut may have left the device. */
    public MemoryDevice afterCut(Random random) throws IOException {
        synchronized (lock) {
            byte[] image = durable.clone();
            unflushed.forEach((sector, contents) -> {
                int kept = random.nextInt(contents.size() + 1);
                if (kept < contents.size()) {
                    System.arraycopy(contents.get(kept), 0, image, sector * SECTOR, contents.get(kept).length);
                }
            });
            return MemoryDevice.holding(image, image.length / SECTOR);
        }
    }
}
