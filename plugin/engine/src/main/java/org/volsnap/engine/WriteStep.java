/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.concurrent.CompletableFuture;
import org.volsnap.store.ChunkLocation;

/** What a write to a snapshot's chunk has to do at one moment (dm-snap.c, snapshot_map). */
sealed interface WriteStep {
    /** States C and D: the exception is written in place. */
    record InPlace(Version version, ChunkLocation location) implements WriteStep {}

    /** State B: looked at again when it is no longer pending. */
    record Join(CompletableFuture<Void> gone) implements WriteStep {}

    /** State A: it is pending now, and the writer is to fill it. */
    record Fill(PendingException pending) implements WriteStep {}

    /** The snapshot takes no writes. */
    record Refused(String reason) implements WriteStep {}
}
