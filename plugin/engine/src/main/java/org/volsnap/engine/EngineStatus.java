/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.Map;
import org.volsnap.model.SnapshotId;

/**
 * Figures of an engine at one moment, cheap enough for every poll.
 *
 * @param pending pending exceptions: chunks in state B or C
 * @param completed completed chunk exceptions: chunks in state C or D
 * @param conflictingReads snapshot reads in flight on the origin
 * @param snapshots per snapshot of the chain
 */
public record EngineStatus(
        long pending, long completed, long conflictingReads, Map<SnapshotId, SnapshotStatus> snapshots) {
    public EngineStatus {
        snapshots = Map.copyOf(snapshots);
    }

    /**
     * What this snapshot owns.
     *
     * @param versions header exceptions
     * @param chunks completed chunk exceptions
     * @param preservedBytes bytes of chunks and of whole replicas
     * @param lostVersions versions visible to it that are lost
     */
    public record SnapshotStatus(long versions, long chunks, long preservedBytes, long lostVersions) {}
}
