/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The kernel's persistent format, read from an image independently of {@code store.dm} (dm-snap-persistent.c): header in
 * chunk 0, metadata area i in chunk {@code 1 + i * (exceptionsPerArea + 1)}, pairs of 64-bit numbers.
 */
final class KernelImage {
    private static final int MAGIC = 0x70416e53;
    private static final int PAIR_BYTES = 16;

    /** An exception: a chunk of the origin and where it lies on the COW device, in chunks. */
    record Pair(long oldChunk, long newChunk) {}

    private record Area(int index, long chunk, int committed) {}

    private final byte[] bytes;
    private final ByteBuffer image;
    private final List<Area> areas = new ArrayList<>();
    private final List<Pair> exceptions = new ArrayList<>();

    KernelImage(byte[] image) {
        this.bytes = image;
        this.image = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        if (isStore()) {
            boolean full = true;
            for (int index = 0; full && areaOffset(index) + chunkBytes() <= bytes.length; index++) {
                full = readArea(index);
            }
        }
    }

    private boolean isStore() {
        return bytes.length >= Sectors.BYTES && image.getInt(0) == MAGIC && image.getInt(12) > 0;
    }

    long chunkBytes() {
        return (long) image.getInt(12) * Sectors.BYTES;
    }

    private int perArea() {
        return (int) (chunkBytes() / PAIR_BYTES);
    }

    private long areaChunk(int index) {
        return 1 + (long) index * (perArea() + 1);
    }

    private long areaOffset(int index) {
        return areaChunk(index) * chunkBytes();
    }

    /** Whether the area is full, so that another one follows. */
    private boolean readArea(int index) {
        int committed = 0;
        while (committed < perArea()) {
            int at = (int) areaOffset(index) + committed * PAIR_BYTES;
            Pair pair = new Pair(image.getLong(at), image.getLong(at + Long.BYTES));
            if (pair.newChunk() == 0) {
                break;
            }
            exceptions.add(pair);
            committed++;
        }
        areas.add(new Area(index, areaChunk(index), committed));
        return committed == perArea();
    }

    /** The last chunk that is in use, the areas included, and all before it, in sectors. */
    long usedSectors() {
        if (!isStore()) {
            return 0;
        }
        long last = areas.stream().mapToLong(Area::chunk).max().orElse(0);
        for (Pair pair : exceptions) {
            last = Math.max(last, pair.newChunk());
        }
        return (last + 1) * chunkBytes() / Sectors.BYTES;
    }

    /** Chunks below {@code sectors} that are neither header nor area, and that no exception names. */
    Set<Long> unnamedChunks(long sectors) {
        Set<Long> chunks = new TreeSet<>();
        if (isStore()) {
            for (long chunk = 1; chunk < sectors * Sectors.BYTES / chunkBytes(); chunk++) {
                if (chunk % (perArea() + 1) != 1) {
                    chunks.add(chunk);
                }
            }
            exceptions.forEach(pair -> chunks.remove(pair.newChunk()));
        }
        return chunks;
    }

    /** The metadata as the vectors' json files have it. */
    String toJson() {
        if (!isStore()) {
            return "{}";
        }
        String areaList = areas.stream()
                .map(area -> "{\"area\":%d,\"chunk\":%d,\"committed\":%d}"
                        .formatted(area.index(), area.chunk(), area.committed()))
                .collect(Collectors.joining(","));
        String pairs = exceptions.stream()
                .map(pair -> "[%d,%d]".formatted(pair.oldChunk(), pair.newChunk()))
                .collect(Collectors.joining(","));
        return ("{\"magic\":\"0x%08x\",\"magic_ok\":true,\"valid\":%d,\"version\":%d,\"chunk_size_sectors\":%d,"
                        + "\"exceptions_per_area\":%d,\"areas\":[%s],\"exceptions_old_new\":[%s]}")
                .formatted(
                        image.getInt(0),
                        image.getInt(4),
                        image.getInt(8),
                        image.getInt(12),
                        perArea(),
                        areaList,
                        pairs);
    }
}
