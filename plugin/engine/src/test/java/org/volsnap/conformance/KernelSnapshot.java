/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.volsnap.engine.ChainLink;
import org.volsnap.engine.CowEngine;
import org.volsnap.engine.EngineSettings;
import org.volsnap.engine.SnapshotCondition;
import org.volsnap.engine.SnapshotDevice;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.store.memory.MemoryReplicaStore;

/** One kernel snapshot: a chain of one, with its store on its COW device. */
final class KernelSnapshot {
    static final SnapshotId ID = SnapshotId.ofRegistry(1);
    private static final int COPY_THREADS = 16;

    private final SnapshotTable table;
    private final KernelStore store;
    private final VolumeStore volume;
    private final ChunkGeometry geometry;
    private final CowEngine engine;
    private final SnapshotDevice device;
    private final long lengthBytes;
    private final WriteOrder order = new WriteOrder();
    private volatile boolean handedOver;

    private KernelSnapshot(SnapshotTable table, KernelStore store, SimulatedDevice originDevice) throws IOException {
        this.table = table;
        this.store = store;
        volume = new VolumeStore(store.exceptions(), new MemoryReplicaStore(Path.of("unused")));
        geometry = ChunkGeometry.ofSize((long) store.chunkSectors() * Sectors.BYTES);
        lengthBytes = originDevice.sizeBytes();
        SimulatedOrigin origin = new SimulatedOrigin(originDevice, geometry, volume);
        engine = CowEngine.open(
                new EngineSettings(geometry, COPY_THREADS),
                origin,
                List.of(volume),
                List.of(new ChainLink(ID, StampFence.OPEN)));
        device = engine.device(ID, SimulatedOrigin.KEY);
    }

    /** Makes or finds the store and starts an engine on it (snapshot_ctr). */
    static KernelSnapshot open(String name, SnapshotTable table, SimulatedDevice cow, SimulatedDevice origin)
            throws TableRefusedException {
        try {
            return new KernelSnapshot(table, KernelStore.open(name, table, cow, origin.sizeBytes()), origin);
        } catch (IOException | IllegalArgumentException e) {
            throw new TableRefusedException(name, e);
        }
    }

    CowEngine engine() {
        return engine;
    }

    VolumeStore volume() {
        return volume;
    }

    int chunkBytes() {
        return geometry.chunkSizeBytes();
    }

    SnapshotTable.Type type() {
        return table.type();
    }

    // ---- the device

    String read(long offset, int length) throws IOException {
        checkNotHandedOver();
        byte[] bytes = new byte[length];
        device.read(offset, ByteBuffer.wrap(bytes));
        return Sectors.sha256(bytes);
    }

    void write(long offset, byte[] bytes) throws IOException {
        checkNotHandedOver();
        WriteOrder.Turn turn = order.begin(offset, bytes.length);
        try {
            turn.await();
            device.write(offset, ByteBuffer.wrap(bytes));
        } finally {
            turn.end();
        }
    }

    /**
     * Discards, as far as the table allows (snapshot_map).
     *
     * @return whether the origin is to discard the same bytes
     */
    boolean discard(long offset, long length) throws IOException {
        if (!table.discardZeroes()) {
            throw new UnsupportedOperationException("discard");
        }
        checkNotHandedOver();
        device.discard(offset, length);
        return table.discardPassdown();
    }

    private void checkNotHandedOver() throws IOException {
        if (handedOver) {
            throw new IOException("a merge has the store");
        }
    }

    /** A merge has the store: this device answers nothing any more (snapshot_resume). */
    void handOver() {
        handedOver = true;
    }

    // ---- what it says of itself

    SnapshotCondition condition() throws IOException {
        return device.condition();
    }

    String status() throws IOException {
        return "STATUS 0 " + lengthBytes / Sectors.BYTES + " snapshot " + (handedOver ? "Invalid" : figures());
    }

    /** The last words of the status line (snapshot_status). */
    String figures() throws IOException {
        return switch (condition()) {
            case INVALID -> "Invalid";
            case OVERFLOW -> "Overflow";
            case VALID -> store.figures();
        };
    }

    /** The same of a merge, which knows no overflow: it allocates nothing. */
    String mergeFigures() throws IOException {
        return condition() == SnapshotCondition.INVALID ? "Invalid" : store.figures();
    }

    String tableLine() {
        return "TABLE 0 " + lengthBytes / Sectors.BYTES + " snapshot " + table.text(store.chunkSectors());
    }

    OptionalLong usedSectors() throws IOException {
        return condition() == SnapshotCondition.VALID
                ? OptionalLong.of(store.status().get().sectorsAllocated())
                : OptionalLong.empty();
    }

    void close() throws IOException {
        engine.close();
    }
}
