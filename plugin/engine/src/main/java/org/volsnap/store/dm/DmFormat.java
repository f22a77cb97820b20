/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.volsnap.store.device.ChunkDevice;

/**
 * Offsets and sizes of the kernel's persistent exception store (dm-snap-persistent.c), version 1. No I/O.
 *
 * <pre>
 * chunk     0        1        2 ... per+1   per+2    per+3 ...
 *           header   area 0   data          area 1   data           per = chunk bytes / 16
 *
 * header    0: magic  4: valid  8: version  12: chunk size in sectors    4 bytes each, the rest of the chunk is zero
 * area      per exceptions: 0: old chunk (of the origin)  8: new chunk (of this device)    8 bytes each
 * </pre>
 *
 * All numbers are little-endian. A new chunk of 0 ends the exceptions.
 */
final class DmFormat {
    static final int MAGIC = 0x70416e53;
    static final int VERSION = 1;
    static final int HEADER_BYTES = 16;
    static final int ENTRY_BYTES = 16;
    static final int ENTRIES_PER_SECTOR = ChunkDevice.SECTOR_BYTES / ENTRY_BYTES;
    static final long HEADER_CHUNK = 0;
    static final long FIRST_DATA_CHUNK = 2;

    private static final int MAGIC_AT = 0;
    private static final int VALID_AT = 4;
    private static final int VERSION_AT = 8;
    private static final int CHUNK_SIZE_AT = 12;
    private static final int NEW_CHUNK_AT = 8;

    private DmFormat() {}

    /**
     * The header as it is on the device.
     *
     * @param magic 0: no store has been made here yet
     * @param valid 0: the snapshot is lost for good
     * @param version unsigned
     * @param chunkSectors unsigned
     */
    record Header(int magic, int valid, int version, long chunkSectors) {
        static Header of(boolean valid, int chunkSectors) {
            return new Header(MAGIC, valid ? 1 : 0, VERSION, chunkSectors);
        }

        boolean isNew() {
            return magic == 0;
        }

        boolean isValid() {
            return valid != 0;
        }
    }

    static Header header(ByteBuffer bytes) {
        ByteBuffer at = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        return new Header(
                at.getInt(MAGIC_AT),
                at.getInt(VALID_AT),
                at.getInt(VERSION_AT),
                Integer.toUnsignedLong(at.getInt(CHUNK_SIZE_AT)));
    }

    /** The first sector of the header's chunk. */
    static ByteBuffer headerSector(Header header) {
        return ByteBuffer.allocate(ChunkDevice.SECTOR_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(MAGIC_AT, header.magic())
                .putInt(VALID_AT, header.valid())
                .putInt(VERSION_AT, header.version())
                .putInt(CHUNK_SIZE_AT, (int) header.chunkSectors());
    }

    static int entriesPerArea(int chunkBytes) {
        return chunkBytes / ENTRY_BYTES;
    }

    /** The chunk in which an area lies (area_location). */
    static long areaChunk(long area, int entriesPerArea) {
        return 1 + area * (entriesPerArea + 1L);
    }

    static boolean isArea(long chunk, int entriesPerArea) {
        return chunk % (entriesPerArea + 1L) == 1;
    }

    static boolean isData(long chunk, int entriesPerArea) {
        return chunk >= FIRST_DATA_CHUNK && !isArea(chunk, entriesPerArea);
    }

    /** This chunk, or the next one when it is an area's (skip_metadata). */
    static long skipArea(long chunk, int entriesPerArea) {
        return isArea(chunk, entriesPerArea) ? chunk + 1 : chunk;
    }

    static long oldChunk(ByteBuffer area, int entry) {
        return area.getLong(entry * ENTRY_BYTES);
    }

    static long newChunk(ByteBuffer area, int entry) {
        return area.getLong(entry * ENTRY_BYTES + NEW_CHUNK_AT);
    }

    static void putEntry(ByteBuffer area, int entry, long oldChunk, long newChunk) {
        area.putLong(entry * ENTRY_BYTES, oldChunk).putLong(entry * ENTRY_BYTES + NEW_CHUNK_AT, newChunk);
    }
}
