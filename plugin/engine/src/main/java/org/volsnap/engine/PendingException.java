/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.concurrent.CompletableFuture;

/**
 * An exception in the making (struct dm_snap_pending_exception): of one chunk, or of the header.
 *
 * <p>Immutable but for the future, which its remover completes outside all locks.
 */
final class PendingException {
    /** Stands for the header, and the record of the base that goes with it: the chunk that every change touches. */
    static final long HEADER = -1;

    private final Lineage lineage;
    private final long chunk;
    private final Version target;
    private final int lengthBytes;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    PendingException(Lineage lineage, long chunk, Version target, int lengthBytes) {
        this.lineage = lineage;
        this.chunk = chunk;
        this.target = target;
        this.lengthBytes = lengthBytes;
    }

    Lineage lineage() {
        return lineage;
    }

    long chunk() {
        return chunk;
    }

    /** The version that gets the chunk; of a header, the last version of the lineage or the one that is made. */
    Version target() {
        return target;
    }

    /** Bytes to copy. */
    int lengthBytes() {
        return lengthBytes;
    }

    /** Completes normally, when it is no longer pending: state D, or A with the loss recorded. */
    CompletableFuture<Void> gone() {
        return gone;
    }
}
