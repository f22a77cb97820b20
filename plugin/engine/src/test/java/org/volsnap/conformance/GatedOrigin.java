/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.OriginChains;
import org.volsnap.engine.OriginChange;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.store.memory.MemoryContent;
import org.volsnap.store.memory.MemoryExceptionStore;
import org.volsnap.store.memory.MemoryReplicaStore;

/** The origin as its user sees it, under a snapshot-origin target: every write passes the chains first. */
final class GatedOrigin {
    private static final VolumeStore NO_STORE = new VolumeStore(
            new MemoryExceptionStore(new MemoryContent("none")), new MemoryReplicaStore(Path.of("unused")));

    private final Machine machine;
    private final SimulatedDevice device;
    private final OriginChains chains = new OriginChains();
    private final WriteOrder order = new WriteOrder();

    GatedOrigin(Machine machine, SimulatedDevice device) {
        this.machine = machine;
        this.device = device;
    }

    OriginChains chains() {
        return chains;
    }

    WriteOrder order() {
        return order;
    }

    SimulatedDevice device() {
        return device;
    }

    int lengthBytes() {
        return Math.toIntExact(device.sizeBytes());
    }

    LiveReplica replica() {
        return new SimulatedOrigin(device, new ChunkGeometry(ChunkGeometry.MIN_SHIFT), NO_STORE).replica();
    }

    byte[] read(long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        device.read(offset, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /**
     * Writes in pieces, each of which passes by itself.
     *
     * @param chunkBytes the smallest chunk of all snapshots (split_boundary)
     */
    void write(long offset, byte[] bytes, int chunkBytes) throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (Pieces.Piece piece : Pieces.split(offset, bytes.length, chunkBytes)) {
            ByteBuffer part = ByteBuffer.wrap(bytes, (int) (piece.offset() - offset), piece.length());
            WriteOrder.Turn turn = order.begin(piece.offset(), piece.length());
            OriginChains.Approach approach = chains.approachOverwrite(replica(), piece.offset(), piece.length());
            tasks.add(() -> finish(approach, turn, piece.offset(), part));
        }
        Pieces.runAll(machine, tasks);
    }

    private Void finish(OriginChains.Approach approach, WriteOrder.Turn turn, long offset, ByteBuffer bytes)
            throws IOException {
        try (OriginChange change = approach.await()) {
            turn.await();
            device.write(offset, bytes);
            return null;
        } finally {
            turn.end();
        }
    }

    /** Discards bytes below the gate: nobody is asked (snapshot_map, discard_passdown_origin). */
    void discard(long offset, int length) throws IOException {
        device.write(offset, ByteBuffer.allocate(length));
    }
}
