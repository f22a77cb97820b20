/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.OverflowPolicy;
import org.volsnap.store.dm.DmOptions;
import org.volsnap.store.dm.DmStore;
import org.volsnap.store.memory.MemoryReplicaStore;

/** An origin device with kernel snapshots: each a chain of one over its own COW device. */
final class DeviceBench implements AutoCloseable {
    static final int SECTOR = 512;
    static final BlockKey KEY = new BlockKey("dm", 1, 1);

    private record Snapshot(PowerDevice cow, CowEngine engine, VolumeStore store, int chunkSectors) {}

    final PowerDevice.Power power;
    final PowerDevice origin;
    final OriginChains chains = new OriginChains();
    private final Path directory;
    private final Map<Integer, Snapshot> snapshots = new TreeMap<>();

    DeviceBench(Path directory, int sectors, int seed) {
        this(directory, new PowerDevice.Power(), EngineBench.bytes(sectors * SECTOR, seed));
    }

    private DeviceBench(Path directory, PowerDevice.Power power, byte[] content) {
        this(directory, power, new PowerDevice(power, content));
    }

    private DeviceBench(Path directory, PowerDevice.Power power, PowerDevice origin) {
        this.directory = directory;
        this.power = power;
        this.origin = origin;
    }

    /** The same devices after a power cut, with the snapshots that were there. */
    DeviceBench afterCut() throws IOException {
        PowerDevice.Power fresh = new PowerDevice.Power();
        DeviceBench again = new DeviceBench(directory, fresh, origin.afterCut(fresh));
        for (Map.Entry<Integer, Snapshot> old : snapshots.entrySet()) {
            again.open(
                    old.getKey(),
                    old.getValue().cow().afterCut(fresh),
                    old.getValue().chunkSectors());
        }
        return again;
    }

    void snapshot(int number, int chunkSectors, int cowSectors) throws IOException {
        open(number, new PowerDevice(power, new byte[cowSectors * SECTOR]), chunkSectors);
    }

    private void open(int number, PowerDevice cow, int chunkSectors) throws IOException {
        VersionHeader version = new VersionHeader(
                1, 1, KEY, id(number), origin.sizeBytes(), VersionState.FINALIZED, VersionHeader.NEVER, new byte[0]);
        DmOptions options = DmOptions.of("cow-" + number, version, chunkSectors, OverflowPolicy.INVALIDATE);
        VolumeStore store = new VolumeStore(
                DmStore.open(cow, options), new MemoryReplicaStore(directory.resolve("none-" + number)));
        ChunkGeometry geometry = ChunkGeometry.ofSize((long) chunkSectors * SECTOR);
        CowEngine engine = CowEngine.open(
                new EngineSettings(geometry, 2),
                new DeviceOrigin(geometry, store),
                List.of(store),
                List.of(new ChainLink(id(number), StampFence.OPEN)));
        snapshots.put(number, new Snapshot(cow, engine, store, chunkSectors));
        chains.add(engine, store);
    }

    static SnapshotId id(int number) {
        return SnapshotId.ofRegistry(number);
    }

    CowEngine engine(int number) {
        return get(number).engine();
    }

    PowerDevice cow(int number) {
        return get(number).cow();
    }

    private Snapshot get(int number) {
        return requireNonNull(snapshots.get(number), "no such snapshot");
    }

    SnapshotDevice device(int number) throws IOException {
        return engine(number).device(id(number), KEY);
    }

    LiveReplica replica() {
        return new DeviceOrigin(
                        new ChunkGeometry(9),
                        snapshots.values().iterator().next().store())
                .replica();
    }

    /** Takes the snapshot out of the chains and makes its merge. */
    OnlineMerge merge(int number) throws IOException {
        chains.remove(engine(number));
        return engine(number).mergeOnline(id(number), KEY, origin, chains);
    }

    /** Writes to the origin, and makes that durable. */
    void write(int sector, int sectors, int seed) throws IOException {
        byte[] data = EngineBench.bytes(sectors * SECTOR, seed);
        try (OriginChange change = chains.beginOverwrite(replica(), (long) sector * SECTOR, data.length)) {
            origin.write((long) sector * SECTOR, ByteBuffer.wrap(data));
        }
        origin.flush();
    }

    void writeSnapshot(int number, int sector, int sectors, int seed) throws IOException {
        device(number).write((long) sector * SECTOR, ByteBuffer.wrap(EngineBench.bytes(sectors * SECTOR, seed)));
        cow(number).flush();
    }

    byte[] view(int number) throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) origin.sizeBytes());
        device(number).read(0, all);
        return all.array();
    }

    byte[] read(OnlineMerge merge) throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) origin.sizeBytes());
        merge.read(0, all);
        return all.array();
    }

    @Override
    public void close() throws IOException {
        for (Snapshot snapshot : snapshots.values()) {
            snapshot.engine().close();
        }
    }

    private final class DeviceOrigin implements Origin {
        private final ChunkGeometry geometry;
        private final VolumeStore store;

        DeviceOrigin(ChunkGeometry geometry, VolumeStore store) {
            this.geometry = geometry;
            this.store = store;
        }

        LiveReplica replica() {
            return new LiveReplica(
                    KEY,
                    origin.sizeBytes(),
                    VersionState.FINALIZED,
                    new byte[0],
                    store,
                    new ReplicaFiles(directory, directory));
        }

        @Override
        public Optional<LiveReplica> find(String pool, long blockId) {
            return Optional.of(replica());
        }

        @Override
        public ChunkContent readLive(BlockKey live, long chunk, int lengthBytes) throws IOException {
            ByteBuffer data = ByteBuffer.allocate(lengthBytes);
            origin.read(geometry.offsetOf(chunk), data);
            return ChunkContent.plain(data.flip());
        }

        @Override
        public ChunkContent readWhole(ReplicaFiles files, long chunk, int lengthBytes) {
            throw new UnsupportedOperationException("a device is never kept whole");
        }

        @Override
        public ReplicaShape shapeOf(ReplicaFiles files) {
            throw new UnsupportedOperationException("a device is never kept whole");
        }

        @Override
        public ChunkContent cut(byte[] checksumHeader, ChunkContent content, int lengthBytes) {
            return ChunkContent.plain(content.data().limit(lengthBytes));
        }
    }
}
