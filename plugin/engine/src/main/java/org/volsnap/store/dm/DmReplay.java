/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import org.jspecify.annotations.Nullable;
import org.volsnap.store.StoreException;
import org.volsnap.store.device.ChunkDevice;

/**
 * Reads all areas, in commit order (read_exceptions). Stricter than the kernel: an entry that no store can have written
 * ends it as damage. Used once, by one thread.
 */
final class DmReplay {
    /** Receives the exceptions. */
    interface Receiver {
        void exception(long oldChunk, long newChunk);
    }

    private final ChunkDevice device;
    private final OriginChunks origin;
    private final int entriesPerArea;
    private final SeenChunks oldChunks = new SeenChunks();
    private final SeenChunks newChunks = new SeenChunks();
    private long nextFree = DmFormat.FIRST_DATA_CHUNK;
    private long count;

    DmReplay(ChunkDevice device, OriginChunks origin) {
        this.device = device;
        this.origin = origin;
        this.entriesPerArea = DmFormat.entriesPerArea(device.chunkBytes());
    }

    /**
     * Leaves the area that is not full loaded in {@code area}.
     *
     * @return what ended it too early; null when nothing did
     */
    @Nullable
    Damage run(MetadataArea area, Receiver into) throws StoreException {
        long index = 0;
        do {
            Damage damage = area.load(index);
            if (damage == null) {
                damage = replay(area, into);
            }
            if (damage != null) {
                return damage;
            }
            index++;
        } while (area.isFull());
        return null;
    }

    private @Nullable Damage replay(MetadataArea area, Receiver into) {
        for (int entry = 0; entry < area.count(); entry++) {
            long oldChunk = area.oldChunk(entry);
            long newChunk = area.newChunk(entry);
            String wrong = check(oldChunk, newChunk);
            if (wrong != null) {
                return new Damage(area.offsetOf(entry), wrong);
            }
            nextFree = Math.max(nextFree, newChunk + 1);
            count++;
            into.exception(oldChunk, newChunk);
        }
        return null;
    }

    private @Nullable String check(long oldChunk, long newChunk) {
        if (!origin.has(oldChunk)) {
            return "an exception for chunk " + oldChunk + ", past the end of the origin";
        }
        if (!DmFormat.isData(newChunk, entriesPerArea) || !device.hasChunk(newChunk)) {
            return "an exception at chunk " + newChunk + " of the device, which is not for data";
        }
        if (!oldChunks.add(oldChunk)) {
            return "a second exception for chunk " + oldChunk;
        }
        if (!newChunks.add(newChunk)) {
            return "a second exception at chunk " + newChunk + " of the device";
        }
        return null;
    }

    /** The chunk after the last one that an exception uses (holes below it are lost). */
    long nextFree() {
        return nextFree;
    }

    long count() {
        return count;
    }
}
