/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.scan;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.ScanStateProto;
import org.volsnap.store.WholeReplicaStore;

/** How far a storage volume's scan is. For one thread. */
final class ScanCursor {
    private long startedMillis;
    private boolean finished = true;
    private int part;
    private @Nullable Long lastBlockId;

    /** Begins with a new period. */
    ScanCursor() {}

    ScanCursor(ScanStateProto state) {
        startedMillis = state.getStartedMillis();
        finished = state.getFinished() || state.getPart() >= WholeReplicaStore.PARTS;
        part = state.getPart();
        lastBlockId = state.hasLastBlockId() ? state.getLastBlockId() : null;
    }

    /**
     * Whether there is anything to read now; begins a new period when that is due. A clock that was set back makes no
     * period longer than it should be.
     */
    boolean isDue(long nowMillis, Duration period) {
        boolean over = nowMillis < startedMillis || nowMillis - startedMillis >= period.toMillis();
        if (finished && over) {
            startedMillis = nowMillis;
            finished = false;
            part = 0;
            lastBlockId = null;
        }
        return !finished;
    }

    /** False as long as no period has ever begun. */
    boolean hasBegun() {
        return startedMillis > 0;
    }

    /** The part that is to be read. */
    int part() {
        return part;
    }

    /** Whether this block of the part was read before. */
    boolean isPast(long blockId) {
        return lastBlockId != null && blockId <= lastBlockId;
    }

    /** This block was read, and all before it. */
    void passed(long blockId) {
        lastBlockId = blockId;
    }

    /** The part was read; true when it was the last one of the period. */
    boolean endPart() {
        part++;
        lastBlockId = null;
        finished = part >= WholeReplicaStore.PARTS;
        return finished;
    }

    ScanStateProto.Builder toProto() {
        ScanStateProto.Builder state = ScanStateProto.newBuilder()
                .setStartedMillis(startedMillis)
                .setFinished(finished)
                .setPart(part);
        return lastBlockId == null ? state : state.setLastBlockId(lastBlockId);
    }
}
