/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionState;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.WholeReplicaStore;
import org.volsnap.store.memory.MemoryContent;
import org.volsnap.store.memory.MemoryExceptionStore;
import org.volsnap.store.memory.MemoryReplicaStore;

/** An engine on transient stores, with an origin, stamps that only grow, and the changes that HDFS makes. */
final class EngineBench implements AutoCloseable {
    static final long BLOCK = 7;

    /** As few chunks in memory as may be, so that merges take several windows. */
    private static final EngineSettings SETTINGS =
            new EngineSettings(TestOrigin.GEOMETRY, 2, EngineSettings.LEAST_COPIES_IN_FLIGHT, EngineSettings.UNLIMITED);

    /** Where a bench's stores come from, again after each restart. */
    interface Stores {
        VolumeStore open(int index) throws IOException;

        /** After the engine has closed. */
        default void close() throws IOException {}
    }

    /** Transient stores, wrapped by a test. */
    private static final class Transient implements Stores {
        private final List<MemoryContent> contents = new ArrayList<>();
        private final List<MemoryReplicaStore> replicaStores = new ArrayList<>();
        private final UnaryOperator<ExceptionStore> wrapExceptions;
        private final UnaryOperator<WholeReplicaStore> wrapReplicas;

        Transient(
                Path directory,
                int count,
                UnaryOperator<ExceptionStore> wrapExceptions,
                UnaryOperator<WholeReplicaStore> wrapReplicas) {
            this.wrapExceptions = wrapExceptions;
            this.wrapReplicas = wrapReplicas;
            for (int i = 0; i < count; i++) {
                contents.add(new MemoryContent("store-" + i));
                replicaStores.add(new MemoryReplicaStore(directory.resolve("store-" + i)));
            }
        }

        @Override
        public VolumeStore open(int index) {
            return new VolumeStore(
                    wrapExceptions.apply(new MemoryExceptionStore(contents.get(index))),
                    wrapReplicas.apply(replicaStores.get(index)));
        }
    }

    final TestOrigin origin;
    private final Stores stores;
    private final int volumeCount;
    private List<VolumeStore> volumes = List.of();
    private CowEngine engine;
    private volatile long lastStamp = 1000;

    EngineBench(Path directory, int volumeCount) throws IOException {
        this(directory, volumeCount, store -> store, store -> store);
    }

    EngineBench(
            Path directory,
            int volumeCount,
            UnaryOperator<ExceptionStore> wrapExceptions,
            UnaryOperator<WholeReplicaStore> wrapReplicas)
            throws IOException {
        this(directory, volumeCount, new Transient(directory, volumeCount, wrapExceptions, wrapReplicas));
    }

    EngineBench(Path directory, int volumeCount, Stores stores) throws IOException {
        this.stores = stores;
        this.volumeCount = volumeCount;
        origin = new TestOrigin(directory.resolve("live"));
        engine = open(List.of());
    }

    private CowEngine open(List<ChainLink> chain) throws IOException {
        List<VolumeStore> opened = new ArrayList<>();
        for (int i = 0; i < volumeCount; i++) {
            opened.add(stores.open(i));
        }
        volumes = opened;
        return CowEngine.open(SETTINGS, origin, opened, chain);
    }

    CowEngine engine() {
        return engine;
    }

    VolumeStore volume(int index) {
        return volumes.get(index);
    }

    /** Another handle on what a volume's store holds, as after a restart. */
    VolumeStore reopened(int index) throws IOException {
        return stores.open(index);
    }

    synchronized long nextStamp() {
        return ++lastStamp;
    }

    /** Closes the engine and opens another on what the stores hold. */
    void restart() throws IOException {
        List<ChainLink> chain = engine.chain();
        close();
        engine = open(chain);
        for (long blockId : origin.blockIds()) {
            int volume = (int) (blockId % volumes.size());
            origin.move(blockId, volumes.get(volume));
        }
    }

    // ---- snapshots

    static SnapshotId id(long number) {
        return SnapshotId.ofRegistry(number);
    }

    /** A snapshot whose T is now. */
    SnapshotId snapshot(long number) throws IOException {
        SnapshotId id = id(number);
        engine.addSnapshot(id);
        mark(id);
        return id;
    }

    void mark(SnapshotId id) throws IOException {
        List<LiveReplica> open = origin.blockIds().stream()
                .map(origin::replica)
                .filter(replica -> replica.state() == VersionState.OPEN)
                .toList();
        engine.recordOpen(id, open);
        engine.setFence(id, StampFence.at(lastStamp));
    }

    // ---- changes

    LiveReplica create(long blockId, byte[] data) {
        return origin.create(blockId, nextStamp(), data, VersionState.FINALIZED, volumes.get((int)
                Math.floorMod(blockId, (long) volumes.size())));
    }

    void append(long blockId, byte[] more) throws IOException {
        LiveReplica before = origin.replica(blockId);
        long stamp = nextStamp();
        ChunkRange atRisk = TestOrigin.atRiskOfAppend(before);
        try (OriginChange change = engine.begin(new ChangeRequest(before, stamp, before.length(), atRisk))) {
            assertThat(change).isNotNull();
            byte[] old = origin.data(blockId);
            byte[] data = Arrays.copyOf(old, old.length + more.length);
            System.arraycopy(more, 0, data, old.length, more.length);
            origin.replace(blockId, stamp, data, VersionState.FINALIZED);
        }
    }

    void truncate(long blockId, int newLength) throws IOException {
        LiveReplica before = origin.replica(blockId);
        long stamp = nextStamp();
        try (OriginChange change = engine.begin(truncation(before, stamp, newLength))) {
            assertThat(change).isNotNull();
            byte[] data = Arrays.copyOf(origin.data(blockId), newLength);
            origin.replace(blockId, stamp, data, VersionState.FINALIZED);
        }
    }

    static ChangeRequest truncation(LiveReplica replica, long stamp, int newLength) {
        return new ChangeRequest(replica, stamp, newLength, TestOrigin.GEOMETRY.covering(newLength, replica.length()));
    }

    void delete(long blockId) throws IOException {
        try (OriginChange change = engine.beginDelete(List.of(origin.replica(blockId)))) {
            assertThat(change).isNotNull();
            origin.delete(blockId);
        }
    }

    // ---- looking

    /** The bytes of a block version as a snapshot sees them. */
    byte[] read(SnapshotId id, BlockKey key) throws IOException {
        VersionView view =
                engine.view(id, key).orElseThrow(() -> new AssertionError("snapshot " + id + " does not see " + key));
        return read(view);
    }

    static byte[] read(VersionView view) throws IOException {
        byte[] all = new byte[(int) view.length()];
        for (long chunk :
                TestOrigin.GEOMETRY.covering(0, view.length()).chunks().toArray()) {
            ChunkContent content = view.read(chunk);
            byte[] data = TestOrigin.bytes(content.data());
            assertThat(TestOrigin.bytes(content.checksums()))
                    .as("checksums of chunk %s", chunk)
                    .isEqualTo(TestOrigin.checksums(data));
            System.arraycopy(data, 0, all, (int) TestOrigin.GEOMETRY.offsetOf(chunk), data.length);
        }
        return all;
    }

    /** All live replicas as they are now: what a naive snapshot would copy. */
    Map<BlockKey, byte[]> copyOfAll() {
        Map<BlockKey, byte[]> all = new TreeMap<>((one, other) -> Long.compare(one.blockId(), other.blockId()));
        for (long blockId : origin.blockIds()) {
            all.put(origin.replica(blockId).key(), origin.data(blockId));
        }
        return all;
    }

    static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new java.util.Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Override
    public void close() throws IOException {
        engine.close();
        stores.close();
    }
}
