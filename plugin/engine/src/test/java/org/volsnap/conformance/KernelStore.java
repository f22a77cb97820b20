/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.util.function.Supplier;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.OverflowPolicy;
import org.volsnap.store.SingleSnapshotStore;
import org.volsnap.store.device.DmStatus;
import org.volsnap.store.dm.DmOptions;
import org.volsnap.store.dm.DmStore;
import org.volsnap.store.memory.TransientStore;

/**
 * The store of one kernel snapshot.
 *
 * @param exceptions the store
 * @param chunkSectors its chunk size, which is not always what was asked for
 * @param status the figures of its status line
 */
record KernelStore(SingleSnapshotStore exceptions, int chunkSectors, Supplier<DmStatus> status) {
    static KernelStore open(String name, SnapshotTable table, SimulatedDevice cow, long originBytes)
            throws IOException {
        VersionHeader version = new VersionHeader(
                1,
                1,
                SimulatedOrigin.KEY,
                KernelSnapshot.ID,
                originBytes,
                VersionState.FINALIZED,
                VersionHeader.NEVER,
                new byte[0]);
        OverflowPolicy overflow =
                table.type() == SnapshotTable.Type.PO ? OverflowPolicy.KEEP_READABLE : OverflowPolicy.INVALIDATE;
        if (table.type() == SnapshotTable.Type.N) {
            TransientStore store = new TransientStore(name, cow, version, table.chunkSectors(), overflow);
            return new KernelStore(store, store.chunkSectors(), store::status);
        }
        DmStore store = DmStore.open(cow, DmOptions.of(name, version, table.chunkSectors(), overflow));
        return new KernelStore(store, store.chunkSectors(), store::status);
    }

    /** The figures of the status line: used/total metadata, in sectors. */
    String figures() {
        DmStatus now = status.get();
        return now.sectorsAllocated() + "/" + now.totalSectors() + " " + now.metadataSectors();
    }
}
