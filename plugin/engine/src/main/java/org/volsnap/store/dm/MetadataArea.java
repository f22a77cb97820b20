/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import static com.google.common.base.Preconditions.checkState;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.MergeRun;
import org.volsnap.store.StoreException;
import org.volsnap.store.device.ChunkDevice;

/**
 * The metadata area in which the last exceptions lie: its entries as they are on the device, and those to be written
 * there next. Not safe for threads: confined to who has the committer's role.
 *
 * <p>The kernel writes the whole chunk each time. Here only sectors that change are written: what lies behind them is
 * zero on the device already. They are written in ascending order with a flush before each, so that a power cut leaves a
 * beginning of the new entries and never a gap.
 */
final class MetadataArea {
    private static final int PIECE_BYTES = 64 << 10;

    private final ChunkDevice device;
    private final int entriesPerArea;
    private ByteBuffer bytes = littleEndian(ChunkDevice.SECTOR_BYTES);
    private long index;
    private int count;
    private int written;

    MetadataArea(ChunkDevice device) {
        this.device = device;
        this.entriesPerArea = DmFormat.entriesPerArea(device.chunkBytes());
    }

    private static ByteBuffer littleEndian(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** 0 for the first area. */
    long index() {
        return index;
    }

    /** Exceptions in this area, those not written yet included. */
    int count() {
        return count;
    }

    boolean isFull() {
        return count == entriesPerArea;
    }

    boolean hasRoomFor(int entries) {
        return entries <= entriesPerArea - count;
    }

    long oldChunk(int entry) {
        return DmFormat.oldChunk(bytes, entry);
    }

    long newChunk(int entry) {
        return DmFormat.newChunk(bytes, entry);
    }

    /** The byte on the device at which an entry of this area begins. */
    long offsetOf(int entry) {
        return DmFormat.areaChunk(index, entriesPerArea) * device.chunkBytes() + (long) entry * DmFormat.ENTRY_BYTES;
    }

    void add(long oldChunk, long newChunk) {
        checkState(!isFull(), "the area is full");
        ensureRoom((count + 1) * DmFormat.ENTRY_BYTES);
        DmFormat.putEntry(bytes, count, oldChunk, newChunk);
        count++;
    }

    private void ensureRoom(int length) {
        if (length > bytes.capacity()) {
            ByteBuffer larger = littleEndian(Math.min(device.chunkBytes(), bytes.capacity() * 2));
            bytes = larger.put(bytes.clear()).clear();
        }
    }

    /**
     * Writes what was added (persistent_commit_exception). Data written before is durable first; a full area leaves the
     * next one wiped and becomes it.
     */
    void commit() throws StoreException {
        if (isFull()) {
            wipe(index + 1);
        }
        writeEntries(written, count);
        written = count;
        if (isFull()) {
            moveTo(index + 1);
        }
    }

    private void wipe(long area) throws StoreException {
        long chunk = DmFormat.areaChunk(area, entriesPerArea);
        if (!device.hasChunk(chunk)) {
            throw new StoreException("the metadata area " + area + " would lie at byte " + chunk * device.chunkBytes()
                    + ", past the end of the device");
        }
        device.zero(chunk);
    }

    private void moveTo(long area) {
        index = area;
        count = 0;
        written = 0;
        bytes = littleEndian(ChunkDevice.SECTOR_BYTES);
    }

    private void writeEntries(int from, int to) throws StoreException {
        long chunk = DmFormat.areaChunk(index, entriesPerArea);
        int first = from / DmFormat.ENTRIES_PER_SECTOR;
        int end = (to + DmFormat.ENTRIES_PER_SECTOR - 1) / DmFormat.ENTRIES_PER_SECTOR;
        for (int sector = first; sector < end; sector++) {
            int at = sector * ChunkDevice.SECTOR_BYTES;
            device.flush();
            device.write(chunk, at, bytes.slice(at, ChunkDevice.SECTOR_BYTES));
        }
        device.flush();
    }

    /**
     * Reads an area up to its end mark.
     *
     * @return what is wrong with it; null when it is as a store leaves it
     */
    @Nullable
    Damage load(long area) throws StoreException {
        moveTo(area);
        long chunk = DmFormat.areaChunk(area, entriesPerArea);
        if (!device.hasChunk(chunk)) {
            return new Damage(chunk * device.chunkBytes(), "a metadata area would lie past the end of the device");
        }
        ByteBuffer piece = littleEndian(Math.min(device.chunkBytes(), PIECE_BYTES));
        boolean ended = false;
        for (int offset = 0; offset < device.chunkBytes(); offset += piece.capacity()) {
            device.read(chunk, offset, piece.clear());
            for (int entry = 0; entry < piece.capacity() / DmFormat.ENTRY_BYTES; entry++) {
                long oldChunk = DmFormat.oldChunk(piece, entry);
                long newChunk = DmFormat.newChunk(piece, entry);
                ended |= newChunk == 0;
                if (!ended) {
                    add(oldChunk, newChunk);
                } else if (oldChunk != 0 || newChunk != 0) {
                    int at = offset / DmFormat.ENTRY_BYTES + entry;
                    return new Damage(offsetOf(at), "bytes behind the end of the exceptions");
                }
            }
        }
        written = count;
        return null;
    }

    /** The exceptions at the end whose chunks go down by one, old and new alike (persistent_prepare_merge). */
    MergeRun lastRun() {
        int last = count - 1;
        int length = 1;
        while (length < count
                && oldChunk(last - length) == oldChunk(last) - length
                && newChunk(last - length) == newChunk(last) - length) {
            length++;
        }
        int first = count - length;
        return new MergeRun(oldChunk(first), new ChunkLocation(newChunk(first)), length);
    }

    /** Whether the run is what lies at the end. */
    boolean endsWith(MergeRun run) {
        int first = count - run.count();
        if (first < 0) {
            return false;
        }
        for (int i = 0; i < run.count(); i++) {
            if (oldChunk(first + i) != run.firstChunk() + i
                    || newChunk(first + i) != run.firstLocation().value() + i) {
                return false;
            }
        }
        return true;
    }

    /** Clears entries at the end; durable when it returns (persistent_commit_merge). When it fails they are all there. */
    void removeLast(int entries) throws StoreException {
        int first = count - entries;
        byte[] kept = new byte[entries * DmFormat.ENTRY_BYTES];
        bytes.get(first * DmFormat.ENTRY_BYTES, kept);
        bytes.put(first * DmFormat.ENTRY_BYTES, new byte[kept.length]);
        try {
            clearFromTheEnd(first);
        } catch (StoreException e) {
            bytes.put(first * DmFormat.ENTRY_BYTES, kept);
            throw e;
        }
        count = first;
        written = first;
    }

    /** Descending, so that a power cut leaves a beginning of the exceptions here too. */
    private void clearFromTheEnd(int first) throws StoreException {
        long chunk = DmFormat.areaChunk(index, entriesPerArea);
        int firstSector = first / DmFormat.ENTRIES_PER_SECTOR;
        for (int sector = (count - 1) / DmFormat.ENTRIES_PER_SECTOR; sector >= firstSector; sector--) {
            int at = sector * ChunkDevice.SECTOR_BYTES;
            device.flush();
            device.write(chunk, at, bytes.slice(at, ChunkDevice.SECTOR_BYTES));
        }
        device.flush();
    }
}
