/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.device;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.volsnap.store.Device;
import org.volsnap.store.StoreException;

/**
 * A device addressed by chunks. What fails names the store and the byte offset on the device. Safe for many threads.
 */
public final class ChunkDevice {
    public static final int SECTOR_BYTES = 512;
    public static final int DEFAULT_CHUNK_SECTORS = 32;

    /** Chunk sizes are an int of bytes in the kernel; the largest power of two below is 2097152 sectors. */
    public static final int MAX_CHUNK_SECTORS = Integer.MAX_VALUE / SECTOR_BYTES;

    private static final int ZEROS_AT_ONCE = 1 << 20;

    private final String store;
    private final Device device;
    private final int chunkBytes;

    /** @param store the store's name in messages */
    public ChunkDevice(String store, Device device, int chunkSectors) {
        this.store = requireNonNull(store, "store is null");
        this.device = requireNonNull(device, "device is null");
        checkArgument(
                chunkSectors >= 1 && chunkSectors <= MAX_CHUNK_SECTORS && Integer.bitCount(chunkSectors) == 1,
                "bad chunk size of %s sectors",
                chunkSectors);
        this.chunkBytes = chunkSectors * SECTOR_BYTES;
    }

    /**
     * The chunk size to use, in sectors (dm_exception_store_set_chunk_size).
     *
     * @param whose names the one who asks, for the message
     * @throws StoreException when it is no power of two, or larger than {@link #MAX_CHUNK_SECTORS}
     */
    public static int checkChunkSectors(String whose, long chunkSectors) throws StoreException {
        if (chunkSectors < 1 || Long.bitCount(chunkSectors) != 1 || chunkSectors > MAX_CHUNK_SECTORS) {
            throw new StoreException(whose + ": a chunk size of " + chunkSectors
                    + " sectors is not possible: it must be a power of two, at most " + MAX_CHUNK_SECTORS);
        }
        return (int) chunkSectors;
    }

    public int chunkBytes() {
        return chunkBytes;
    }

    public int chunkSectors() {
        return chunkBytes / SECTOR_BYTES;
    }

    /** Whole sectors of the device. */
    public long sectors() {
        return device.sizeBytes() / SECTOR_BYTES;
    }

    /** Whether the chunk lies on the device with its last sector. */
    public boolean hasChunk(long chunk) {
        return chunk < sectors() / chunkSectors();
    }

    /** Fills the buffer from this byte of the chunk on; it may go on into the next chunk. */
    public void read(long chunk, int offset, ByteBuffer into) throws StoreException {
        long at = chunk * chunkBytes + offset;
        int length = into.remaining();
        try {
            device.read(at, into);
        } catch (IOException e) {
            throw failed("read", length, at, e);
        }
    }

    /** Writes the buffer, which is moved to its end. Durable after {@link #flush} only. */
    public void write(long chunk, int offset, ByteBuffer from) throws StoreException {
        long at = chunk * chunkBytes + offset;
        int length = from.remaining();
        try {
            device.write(at, from);
        } catch (IOException e) {
            throw failed("write", length, at, e);
        }
    }

    /** Fills a chunk with zeros. */
    public void zero(long chunk) throws StoreException {
        zero(chunk, 0);
    }

    /** Fills a chunk with zeros from this byte on. */
    public void zero(long chunk, int from) throws StoreException {
        ByteBuffer zeros = ByteBuffer.allocate(Math.min(chunkBytes, ZEROS_AT_ONCE));
        for (int offset = from; offset < chunkBytes; offset += zeros.limit()) {
            zeros.clear().limit(Math.min(zeros.capacity(), chunkBytes - offset));
            write(chunk, offset, zeros);
        }
    }

    public void flush() throws StoreException {
        try {
            device.flush();
        } catch (IOException e) {
            throw new StoreException(store + ": the device could not be flushed: " + e.getMessage(), e);
        }
    }

    private StoreException failed(String what, int length, long at, IOException cause) {
        return new StoreException(
                store + ": the " + what + " of " + length + " bytes at byte " + at + " of the device failed: "
                        + cause.getMessage(),
                cause);
    }
}
