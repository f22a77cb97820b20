/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.volsnap.engine.CowEngine;
import org.volsnap.engine.EngineSettings;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.OriginChange;
import org.volsnap.engine.OriginWriter;
import org.volsnap.engine.VersionView;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.Device;
import org.volsnap.store.file.FileStore;
import org.volsnap.store.file.FileStoreOptions;

/** One device with one chain of snapshots in a persistent store: the engine as the DataNode runs it. */
final class EngineWorld implements Closeable {
    static final BlockKey KEY = new BlockKey("BP-benchmark", 1, 1000);
    static final int COPY_THREADS = 4;

    private final Path directory;
    private final ChunkGeometry geometry;
    private final Device device;
    private final FileStore store;
    private final LiveReplica replica;
    private final CowEngine engine;
    private final Deque<SnapshotId> snapshots = new ArrayDeque<>();
    private long lastSnapshot;

    EngineWorld(Path directory, int chunkBytes, Device device) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.geometry = ChunkGeometry.ofSize(chunkBytes);
        this.device = device;
        this.store = FileStore.open(directory.resolve("store"), FileStoreOptions.of(KEY.pool(), Map.of(), geometry));
        VolumeStore volume = new VolumeStore(store.exceptions(), store.replicas());
        this.replica = new LiveReplica(
                KEY,
                device.sizeBytes(),
                VersionState.FINALIZED,
                new byte[0],
                volume,
                new ReplicaFiles(directory, directory));
        this.engine = CowEngine.open(
                new EngineSettings(geometry, COPY_THREADS),
                new DeviceOrigin(device, geometry, replica),
                List.of(volume),
                List.of());
    }

    CowEngine engine() {
        return engine;
    }

    Device device() {
        return device;
    }

    int chunkBytes() {
        return geometry.chunkSizeBytes();
    }

    long chunks() {
        return device.sizeBytes() / geometry.chunkSizeBytes();
    }

    SnapshotId oldest() {
        return snapshots.getFirst();
    }

    void addSnapshot() throws IOException {
        SnapshotId id = SnapshotId.ofRegistry(++lastSnapshot);
        engine.addSnapshot(id);
        snapshots.addLast(id);
    }

    void dropOldest() throws IOException {
        engine.dropSnapshot(snapshots.removeFirst());
    }

    LiveReplica replica() {
        return replica;
    }

    /** A write of the origin, as it passes the engine. */
    void write(LiveReplica replica, long offset, ByteBuffer data) throws IOException {
        try (OriginChange change = engine.beginOverwrite(replica, offset, data.remaining())) {
            device.write(offset, data);
        }
    }

    Path storeDirectory() {
        return directory.resolve("store");
    }

    /** Puts the origin back to the newest snapshot, with one force at the end. */
    void mergeNewest() throws IOException {
        VersionHeader version = engine.versions(snapshots.getLast()).iterator().next();
        engine.merge(version, replica(), new OriginWriter() {
            @Override
            public void writeChunk(long chunk, ChunkContent content) throws IOException {
                device.write(geometry.offsetOf(chunk), content.data());
            }

            @Override
            public void finish(VersionHeader header) throws IOException {
                device.flush();
            }
        });
    }

    VersionView view(SnapshotId id) throws IOException {
        return engine.view(id, KEY).orElseThrow();
    }

    @Override
    public void close() throws IOException {
        engine.close();
        store.close();
        MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
    }
}
