/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.volsnap.store.Device;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreVersionException;
import org.volsnap.store.device.ChunkDevice;

/** Reads and writes the header (read_header, write_header). */
final class DmHeaders {
    private DmHeaders() {}

    /** The header of the store on this device; of one that is made now when there is none. */
    static DmFormat.Header readOrMake(Device device, String store, long chunkSectors) throws StoreException {
        int asked = ChunkDevice.checkChunkSectors(
                store, chunkSectors == 0 ? ChunkDevice.DEFAULT_CHUNK_SECTORS : chunkSectors);
        DmFormat.Header header = read(device, store);
        if (header.isNew()) {
            return make(new ChunkDevice(store, device, asked), store);
        }
        if (header.magic() != DmFormat.MAGIC) {
            throw new StoreCorruptException(
                    store + ": byte 0 of the device: neither zeros nor a snapshot's magic, but 0x"
                            + Integer.toHexString(header.magic()));
        }
        if (header.version() != DmFormat.VERSION) {
            throw new StoreVersionException(store + ": byte 8 of the device: version "
                    + Integer.toUnsignedString(header.version()) + ", only " + DmFormat.VERSION + " is known");
        }
        int chunk = ChunkDevice.checkChunkSectors(store + ": byte 12 of the device", header.chunkSectors());
        checkRoom(new ChunkDevice(store, device, chunk), store);
        return header;
    }

    private static DmFormat.Header read(Device device, String store) throws StoreException {
        ByteBuffer bytes = ByteBuffer.allocate(ChunkDevice.SECTOR_BYTES);
        if (device.sizeBytes() < bytes.capacity()) {
            throw new StoreException(store + ": a device of " + device.sizeBytes() + " bytes is too small");
        }
        try {
            device.read(0, bytes);
        } catch (IOException e) {
            throw new StoreException(store + ": the header at byte 0 could not be read: " + e.getMessage(), e);
        }
        return DmFormat.header(bytes);
    }

    private static void checkRoom(ChunkDevice device, String store) throws StoreException {
        if (!device.hasChunk(DmFormat.FIRST_DATA_CHUNK - 1)) {
            throw new StoreException(store + ": a device of " + device.sectors()
                    + " sectors has no room for a header and a metadata area of " + device.chunkSectors());
        }
    }

    /** The area is wiped before the header names it: a power cut between the two leaves no store. */
    private static DmFormat.Header make(ChunkDevice device, String store) throws StoreException {
        checkRoom(device, store);
        device.zero(DmFormat.FIRST_DATA_CHUNK - 1);
        device.flush();
        DmFormat.Header header = DmFormat.Header.of(true, device.chunkSectors());
        write(device, header);
        return header;
    }

    /** Durable when it returns. */
    static void write(ChunkDevice device, DmFormat.Header header) throws StoreException {
        if (device.chunkBytes() > ChunkDevice.SECTOR_BYTES) {
            device.zero(DmFormat.HEADER_CHUNK, ChunkDevice.SECTOR_BYTES);
        }
        device.write(DmFormat.HEADER_CHUNK, 0, DmFormat.headerSector(header));
        device.flush();
    }
}
