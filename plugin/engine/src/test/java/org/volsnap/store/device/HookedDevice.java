/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.device;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A device in memory that tells what is done to it, before it is done; who is told may wait or throw. */
public class HookedDevice extends MemoryDevice {
    /** Something that is about to happen. */
    public interface Hook {
        void before(Access access) throws IOException;
    }

    /**
     * @param kind "read", "write" or "flush"
     * @param sector the first sector
     * @param sectors how many, rounded up
     */
    public record Access(String kind, long sector, long sectors) {
        public boolean writes(long toSector) {
            return kind.equals("write") && toSector >= sector && toSector < sector + sectors;
        }
    }

    private volatile Hook hook = access -> {};
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final List<Access> log = new ArrayList<>();

    public HookedDevice(long sectors) {
        super(sectors);
    }

    /** Replaces the hook. */
    public void hook(Hook next) {
        hook = next;
    }

    /** Lets writes and reads of this range fail, as the traces' {@code fail} does. */
    public void fail(long sector, long sectors) {
        hook(access -> {
            if (!access.kind().equals("flush")
                    && access.sector() < sector + sectors
                    && sector < access.sector() + access.sectors()) {
                throw new IOException("made to fail");
            }
        });
    }

    private void before(String kind, long offset, int length) throws IOException {
        Access access = new Access(kind, offset / 512, (length + 511) / 512);
        synchronized (lock) {
            log.add(access);
        }
        hook.before(access);
    }

    /** What was done since the last call, in the order in which it began. */
    public List<Access> takeLog() {
        synchronized (lock) {
            List<Access> taken = List.copyOf(log);
            log.clear();
            return taken;
        }
    }

    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
        before("read", offset, into.remaining());
        super.read(offset, into);
    }

    @Override
    public void write(long offset, ByteBuffer from) throws IOException {
        before("write", offset, from.remaining());
        super.write(offset, from);
    }

    @Override
    public void flush() throws IOException {
        before("flush", 0, 0);
        super.flush();
    }
}
