/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.volsnap.engine.MergeProgress;
import org.volsnap.engine.OnlineMerge;

/** An origin under a snapshot-merge target: what the old device of the snapshot had is the merge's now. */
final class KernelMerge {
    private final int number;
    private final KernelSnapshot snapshot;
    private final GatedOrigin origin;
    private final OnlineMerge merge;

    private KernelMerge(int number, KernelSnapshot snapshot, GatedOrigin origin, OnlineMerge merge) {
        this.number = number;
        this.snapshot = snapshot;
        this.origin = origin;
        this.merge = merge;
    }

    /** Takes the store over and begins. */
    static KernelMerge start(int number, KernelSnapshot snapshot, GatedOrigin origin)
            throws IOException, TableRefusedException {
        if (snapshot.type() == SnapshotTable.Type.N) {
            throw new TableRefusedException("a transient store can't be merged");
        }
        origin.chains().remove(snapshot.engine());
        snapshot.handOver();
        OnlineMerge merge =
                snapshot.engine().mergeOnline(KernelSnapshot.ID, SimulatedOrigin.KEY, origin.device(), origin.chains());
        merge.start();
        return new KernelMerge(number, snapshot, origin, merge);
    }

    int number() {
        return number;
    }

    byte[] read(long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        merge.read(offset, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** Writes piece after piece; one that fails does not keep the others out. */
    void write(long offset, byte[] bytes, int chunkBytes) throws IOException {
        WriteOrder.Turn turn = origin.order().begin(offset, bytes.length);
        try {
            turn.await();
            IOException first = null;
            for (Pieces.Piece piece : Pieces.split(offset, bytes.length, chunkBytes)) {
                try {
                    merge.write(
                            piece.offset(), ByteBuffer.wrap(bytes, (int) (piece.offset() - offset), piece.length()));
                } catch (IOException e) {
                    first = first == null ? e : first;
                }
            }
            if (first != null) {
                throw first;
            }
        } finally {
            turn.end();
        }
    }

    String status() throws IOException {
        String figures = snapshot.mergeFigures();
        if (!figures.equals("Invalid") && merge.progress().state() == MergeProgress.State.FAILED) {
            figures = "Merge failed";
        }
        return "STATUS 0 " + origin.lengthBytes() / Sectors.BYTES + " snapshot-merge " + figures;
    }

    /** While the origin is suspended nothing is merged. */
    void suspend() throws IOException {
        merge.stop();
    }

    void resume() {
        merge.start();
    }

    /** Waits for the end; answers the last status. */
    String await() throws IOException {
        merge.awaitEnd();
        return status();
    }
}
