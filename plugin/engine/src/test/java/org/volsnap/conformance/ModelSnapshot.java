/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.util.Map;
import java.util.TreeMap;

/**
 * A kernel snapshot, as simple as can be: its exceptions as a map, its figures counted as dm-snap-persistent.c does
 * (persistent_prepare_exception, persistent_commit_exception). Everything happens at once.
 */
final class ModelSnapshot {
    private static final int PAIR_BYTES = 16;

    private final int chunkSectors;
    private final long cowSectors;
    private final boolean keepsReadable;
    private final Map<Long, byte[]> exceptions = new TreeMap<>();
    private long nextFree = 2;
    private boolean valid = true;
    private boolean overflowed;

    ModelSnapshot(int chunkSectors, long cowSectors, boolean keepsReadable) {
        this.chunkSectors = chunkSectors;
        this.cowSectors = cowSectors;
        this.keepsReadable = keepsReadable;
    }

    int chunkSectors() {
        return chunkSectors;
    }

    /** The store type as a word of the table. */
    String type() {
        return keepsReadable ? " PO" : "";
    }

    boolean isValid() {
        return valid;
    }

    private int chunkBytes() {
        return chunkSectors * Sectors.BYTES;
    }

    private long perArea() {
        return chunkBytes() / PAIR_BYTES;
    }

    private long fullAreas() {
        return exceptions.size() / perArea();
    }

    // ---- its content

    byte[] view(byte[] origin) {
        byte[] view = origin.clone();
        exceptions.forEach((chunk, bytes) ->
                System.arraycopy(bytes, 0, view, Math.toIntExact(chunk * chunkBytes()), bytes.length));
        return view;
    }

    /** Keeps what a write to the origin is about to destroy. */
    void preserve(byte[] origin, int from, int to) {
        for (long chunk = from / chunkBytes(); valid && chunk * chunkBytes() < to; chunk++) {
            if (!exceptions.containsKey(chunk) && !allocate(origin, chunk)) {
                valid = false;
            }
        }
    }

    /** A write to the snapshot; whether all of it was done. */
    boolean write(byte[] origin, int offset, byte[] bytes) {
        for (Pieces.Piece piece : Pieces.split(offset, bytes.length, chunkBytes())) {
            long chunk = piece.offset() / chunkBytes();
            if (!valid || overflowed) {
                return false;
            }
            if (!exceptions.containsKey(chunk) && !allocate(origin, chunk)) {
                overflowed = valid && keepsReadable;
                valid = overflowed;
                return false;
            }
            int inChunk = (int) (piece.offset() - chunk * chunkBytes());
            System.arraycopy(bytes, (int) piece.offset() - offset, exceptions.get(chunk), inChunk, piece.length());
        }
        return valid;
    }

    /** Takes a chunk and copies into it; without room nothing happens, or the commit ends the snapshot. */
    private boolean allocate(byte[] origin, long chunk) {
        if (cowSectors < (nextFree + 1) * chunkSectors) {
            return false;
        }
        nextFree++;
        if (nextFree % (perArea() + 1) == 1) {
            nextFree++;
        }
        int from = Math.toIntExact(chunk * chunkBytes());
        byte[] copy = new byte[Math.min(chunkBytes(), origin.length - from)];
        System.arraycopy(origin, from, copy, 0, copy.length);
        exceptions.put(chunk, copy);
        if (exceptions.size() % perArea() == 0) {
            long nextArea = 1 + fullAreas() * (perArea() + 1);
            valid = (nextArea + 1) * chunkSectors <= cowSectors;
        }
        return valid;
    }

    // ---- its life

    /** Found again on its device: that it had overflowed is not kept there. */
    void activate() {
        overflowed = false;
    }

    /** The chunks to put back. */
    Map<Long, byte[]> merged() {
        return valid ? exceptions : Map.of();
    }

    String status() {
        if (!valid) {
            return "Invalid";
        }
        return overflowed
                ? "Overflow"
                : nextFree * chunkSectors + "/" + cowSectors + " " + (fullAreas() + 2) * chunkSectors;
    }

    String statusAfterMerge() {
        long metadata = 2L * chunkSectors;
        return valid ? metadata + "/" + cowSectors + " " + metadata : "Invalid";
    }
}
