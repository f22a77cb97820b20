/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.util.List;

/**
 * A table line of the snapshot target (dm-snap.c, snapshot_ctr): what a trace gives after {@code snap K}.
 *
 * @param chunkSectors chunk size of a new store, a power of two
 * @param type where exceptions live
 * @param discardZeroes discards are taken, and make bytes zero where there are exceptions
 * @param discardPassdown discards go to the origin too
 */
record SnapshotTable(int chunkSectors, Type type, boolean discardZeroes, boolean discardPassdown) {
    private static final int DEFAULT_CHUNK_SECTORS = 32;
    /** INT_MAX >> SECTOR_SHIFT. */
    private static final long MAX_CHUNK_SECTORS = Integer.MAX_VALUE >> 9;

    /** The store types. */
    enum Type {
        P,
        PO,
        N
    }

    static SnapshotTable parse(TraceOp op) throws TableRefusedException {
        long chunk = op.number(1);
        if (chunk == 0) {
            chunk = DEFAULT_CHUNK_SECTORS;
        }
        if (Long.bitCount(chunk) != 1 || chunk > MAX_CHUNK_SECTORS) {
            throw new TableRefusedException("chunk size " + chunk);
        }
        Type type = op.has(2) ? type(op.word(2)) : Type.P;
        List<String> features = List.of();
        if (op.has(3)) {
            features = op.arguments().subList(4, op.arguments().size());
            if (op.number(3) != features.size()) {
                throw new TableRefusedException("number of features");
            }
        }
        return of((int) chunk, type, features);
    }

    private static SnapshotTable of(int chunk, Type type, List<String> features) throws TableRefusedException {
        boolean zeroes = features.contains("discard_zeroes_cow");
        boolean passdown = features.contains("discard_passdown_origin");
        if (features.size() != (zeroes ? 1 : 0) + (passdown ? 1 : 0)) {
            throw new TableRefusedException("features " + features);
        }
        if (passdown && !zeroes) {
            throw new TableRefusedException("discard_passdown_origin needs discard_zeroes_cow");
        }
        return new SnapshotTable(chunk, type, zeroes, passdown);
    }

    private static Type type(String word) throws TableRefusedException {
        try {
            return Type.valueOf(word);
        } catch (IllegalArgumentException e) {
            throw new TableRefusedException("store type " + word, e);
        }
    }

    /** The part of the table after the devices, with the chunk size that the store has. */
    String text(int storeChunkSectors) {
        String text = type + " " + storeChunkSectors;
        if (discardZeroes) {
            text += discardPassdown ? " 2 discard_zeroes_cow discard_passdown_origin" : " 1 discard_zeroes_cow";
        }
        return text;
    }
}
