/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.volsnap.engine.ChainLink;
import org.volsnap.engine.CowEngine;
import org.volsnap.engine.EngineSettings;
import org.volsnap.engine.OriginWriter;
import org.volsnap.engine.VersionView;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.file.FileStore;
import org.volsnap.store.file.FileStoreOptions;

/** One chain for all snapshots of a simulated origin, over one store of files. */
final class SharedChain {
    static final ChunkGeometry GEOMETRY = ChunkGeometry.ofSize(4096);
    private static final int COPY_THREADS = 16;
    private static final FileStoreOptions OPTIONS = FileStoreOptions.of(SimulatedOrigin.KEY.pool(), Map.of(), GEOMETRY)
            .withSegmentBytes(1 << 20)
            .withLossSlots(16)
            .withReserveBytes(0);

    private final GatedOrigin origin;
    private final FileStore store;
    private final VolumeStore volume;
    private final SimulatedOrigin block;
    private final CowEngine engine;

    /** Opens what lies in the directory. */
    SharedChain(Machine machine, Devices devices, Path directory, List<SnapshotId> snapshots) throws IOException {
        origin = new GatedOrigin(machine, devices.origin());
        store = FileStore.open(directory, OPTIONS);
        volume =
                new VolumeStore(new SlowStore(store.exceptions(), machine, devices::slowestCowWrite), store.replicas());
        block = new SimulatedOrigin(devices.origin(), GEOMETRY, volume);
        List<ChainLink> chain =
                snapshots.stream().map(id -> new ChainLink(id, StampFence.OPEN)).toList();
        engine = CowEngine.open(new EngineSettings(GEOMETRY, COPY_THREADS), block, List.of(volume), chain);
        origin.chains().add(engine, volume);
    }

    GatedOrigin origin() {
        return origin;
    }

    void add(SnapshotId id) throws IOException {
        engine.addSnapshot(id);
    }

    void drop(SnapshotId id) throws IOException {
        engine.dropSnapshot(id);
    }

    byte[] read(SnapshotId id, long offset, int length) throws IOException {
        VersionView view = engine.view(id, SimulatedOrigin.KEY)
                .orElseThrow(() -> new IOException("nothing is known of the origin in " + id));
        byte[] bytes = new byte[length];
        ByteBuffer into = ByteBuffer.wrap(bytes);
        for (Pieces.Piece piece : Pieces.split(offset, length, GEOMETRY.chunkSizeBytes())) {
            long chunk = GEOMETRY.chunkOf(piece.offset());
            ByteBuffer data = view.read(chunk).data();
            into.put(data.slice((int) (piece.offset() - GEOMETRY.offsetOf(chunk)), piece.length()));
        }
        return bytes;
    }

    /** Makes the origin what the snapshot is. */
    void merge(SnapshotId id) throws IOException {
        engine.merge(id, SimulatedOrigin.KEY, block.replica(), new DeviceWriter());
    }

    /** Writes to a snapshot. */
    void write(SnapshotId id, long offset, byte[] bytes) throws IOException {
        engine.device(id, SimulatedOrigin.KEY).write(offset, ByteBuffer.wrap(bytes));
    }

    private final class DeviceWriter implements OriginWriter {
        @Override
        public void writeChunk(long chunk, ChunkContent content) throws IOException {
            origin.device().write(GEOMETRY.offsetOf(chunk), content.data());
        }

        @Override
        public void finish(VersionHeader version) throws IOException {
            origin.device().flush();
        }
    }

    void close() throws IOException {
        engine.close();
        store.close();
    }
}
