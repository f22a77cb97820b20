/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

/**
 * The origin in chunks of a store; the last one may be short.
 *
 * @param lengthBytes of the origin
 * @param chunkBytes of the store
 */
record OriginChunks(long lengthBytes, int chunkBytes) {
    boolean has(long chunk) {
        return chunk >= 0 && chunk <= (lengthBytes - 1) / chunkBytes && lengthBytes > 0;
    }

    /** Bytes of a chunk that the origin has. */
    int lengthOf(long chunk) {
        return (int) Math.min(chunkBytes, lengthBytes - chunk * chunkBytes);
    }

    boolean isShort(long chunk) {
        return lengthOf(chunk) < chunkBytes;
    }
}
