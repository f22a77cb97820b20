/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.datanode.ChecksumLayout;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.datanode.rollback.DurableFiles.StepListener;
import org.volsnap.engine.ChainLink;
import org.volsnap.engine.ChangeRequest;
import org.volsnap.engine.CowEngine;
import org.volsnap.engine.EngineSettings;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.OriginChange;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.engine.VersionView;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionState;
import org.volsnap.store.file.FileStore;
import org.volsnap.store.file.FileStoreOptions;

/**
 * A DataNode's disks with a real engine and real stores on them, and a Hadoop that is played: it changes replicas as
 * the decorator lets it, through the engine's gate.
 */
final class RollbackWorld implements Closeable {
    static final String POOL = "BP-1";
    static final ChunkGeometry GEOMETRY = ChunkGeometry.ofSize(4096);

    final Configuration conf = new Configuration(false);
    /** What the namespace of the target says. */
    OpenBlocks openBlocks = OpenBlocks.NONE;

    boolean leftOut;

    /** In one thread steps come in one order. */
    int threads = 1;

    private final List<Path> roots;
    private final List<FileStore> stores = new ArrayList<>();
    private final List<PoolVolume> volumes = new ArrayList<>();
    private OfflineOrigin origin;
    private SnapshotEngine engine;
    private List<ChainLink> chain = List.of();

    /** What a replica is at some moment. */
    record Seen(long stamp, VersionState state, String content) {
        static Seen of(long stamp, VersionState state, byte[] bytes) {
            return new Seen(stamp, state, bytes.length + " bytes " + Arrays.hashCode(bytes));
        }
    }

    RollbackWorld(Path directory, int volumeCount) throws IOException {
        roots = Stream.iterate(0, i -> i + 1)
                .limit(volumeCount)
                .map(i -> directory.resolve("data" + i))
                .toList();
        for (Path root : roots) {
            Files.createDirectories(root.resolve("current/" + POOL + "/current/finalized"));
            Files.createDirectories(root.resolve("current/" + POOL + "/current/rbw"));
        }
        open();
    }

    private void open() throws IOException {
        for (Path root : roots) {
            FileStoreOptions options = FileStoreOptions.of(POOL, Map.of(), GEOMETRY)
                    .withLossSlots(16)
                    .withReserveBytes(0);
            FileStore store = FileStore.open(root.resolve("volsnap").resolve(POOL), options);
            stores.add(store);
            volumes.add(new PoolVolume(root, new VolumeStore(store.exceptions(), store.replicas())));
        }
        origin = new OfflineOrigin(POOL, GEOMETRY, () -> volumes);
        engine = CowEngine.open(
                new EngineSettings(GEOMETRY, 1),
                origin,
                volumes.stream().map(PoolVolume::store).toList(),
                chain);
    }

    /** The process dies and starts again. */
    void restart() throws IOException {
        chain = engine.chain();
        close();
        stores.clear();
        volumes.clear();
        open();
    }

    @Override
    public void close() throws IOException {
        engine.close();
        for (FileStore store : stores) {
            store.close();
        }
    }

    SnapshotEngine engine() {
        return engine;
    }

    PoolVolume volume(int index) {
        return volumes.get(index);
    }

    // ---- snapshots

    void snapshot(long number, long stamp) throws IOException {
        snapshot(number, StampFence.at(stamp));
    }

    void snapshot(long number, StampFence fence) throws IOException {
        SnapshotId id = SnapshotId.ofRegistry(number);
        engine.addSnapshot(id);
        engine.setFence(id, fence);
    }

    void recordOpen(long number, long blockId) throws IOException {
        engine.recordOpen(SnapshotId.ofRegistry(number), List.of(live(blockId)));
    }

    RollbackCounts rollback(long number, long stamp, long newStamp) throws IOException {
        return rollback(number, stamp, newStamp, step -> {});
    }

    RollbackCounts rollback(long number, long stamp, long newStamp, StepListener listener) throws IOException {
        return rollback(number, stamp, newStamp, listener, volumes);
    }

    RollbackCounts rollback(
            long number, long stamp, long newStamp, StepListener listener, Collection<PoolVolume> behind)
            throws IOException {
        SnapshotId target = SnapshotId.ofRegistry(number);
        return rollback(new RollbackEpoch(1, target, StampFence.at(stamp), newStamp, leftOut), listener, behind);
    }

    RollbackCounts rollback(RollbackEpoch epoch) throws IOException {
        return rollback(epoch, step -> {}, volumes);
    }

    private RollbackCounts rollback(RollbackEpoch epoch, StepListener listener, Collection<PoolVolume> behind)
            throws IOException {
        EpochApplier applier = new EpochApplier(
                new EnginePool(POOL, engine, GEOMETRY),
                origin,
                new HadoopCaches(conf, POOL),
                new VolumeThreads(threads),
                listener);
        return applier.apply(epoch, openBlocks, behind);
    }

    // ---- Hadoop

    void create(int volume, long blockId, long stamp, VersionState state, byte[] bytes) throws IOException {
        BlockKey key = new BlockKey(POOL, blockId, stamp);
        Blocks.write(new ReplicaPlaces(volumes.get(volume), POOL).files(key, state), bytes);
    }

    void append(long blockId, long newStamp, byte[] more) throws IOException {
        LiveReplica live = live(blockId);
        byte[] old = Files.readAllBytes(live.files().data());
        byte[] longer = Arrays.copyOf(old, old.length + more.length);
        System.arraycopy(more, 0, longer, old.length, more.length);
        boolean whole = old.length % Blocks.BYTES_PER_CHECKSUM == 0;
        ChunkRange atRisk = whole ? ChunkRange.EMPTY : GEOMETRY.covering(old.length - 1, old.length);
        change(live, newStamp, longer, old.length, atRisk);
    }

    void truncate(long blockId, long newStamp, int length) throws IOException {
        LiveReplica live = live(blockId);
        byte[] old = Files.readAllBytes(live.files().data());
        ChunkRange atRisk = GEOMETRY.covering(length, old.length);
        change(live, newStamp, Arrays.copyOf(old, length), length, atRisk);
    }

    private void change(LiveReplica live, long newStamp, byte[] bytes, long newLength, ChunkRange atRisk)
            throws IOException {
        try (OriginChange change = engine.begin(new ChangeRequest(live, newStamp, newLength, atRisk))) {
            Path meta = live.files()
                    .meta()
                    .resolveSibling(ReplicaPlaces.metaName(live.key().withStamp(newStamp)));
            Files.move(live.files().meta(), meta);
            Blocks.write(new ReplicaFiles(live.files().data(), meta), bytes);
        }
    }

    /** A writer goes on: no new stamp, and no gate. */
    void write(long blockId, byte[] bytes) throws IOException {
        Blocks.write(live(blockId).files(), bytes);
    }

    void delete(long blockId) throws IOException {
        LiveReplica live = live(blockId);
        try (OriginChange change = engine.beginDelete(List.of(live))) {
            Files.delete(live.files().data());
            Files.delete(live.files().meta());
        }
    }

    void finalizeReplica(long blockId) throws IOException {
        DiskReplica live = origin.directories().find(blockId).orElseThrow();
        ReplicaFiles to = new ReplicaPlaces(live.volume(), POOL).files(live.key(), VersionState.FINALIZED);
        Files.createDirectories(Blocks.directoryOf(to.data()));
        Files.move(live.files().data(), to.data());
        Files.move(live.files().meta(), to.meta());
    }

    LiveReplica live(long blockId) throws IOException {
        return origin.find(POOL, blockId).orElseThrow();
    }

    // ---- what is there

    /**
     * Every replica on the disks; each must be whole, with checksums for exactly its bytes, and nothing else be there.
     */
    Map<Long, Seen> onDisk() throws IOException {
        Map<Long, Seen> seen = new TreeMap<>();
        for (PoolVolume volume : volumes) {
            origin.directories().forEach(volume, new PoolDirectories.Visitor() {
                @Override
                public void replica(DiskReplica replica) throws IOException {
                    byte[] bytes = Files.readAllBytes(replica.files().data());
                    assertThat(Files.readAllBytes(replica.files().meta()))
                            .as("checksums of %s", replica)
                            .isEqualTo(Blocks.meta(bytes));
                    assertThat(replica.files())
                            .isEqualTo(new ReplicaPlaces(volume, POOL).files(replica.key(), replica.state()));
                    long blockId = replica.key().blockId();
                    assertThat(seen).as("one replica of each block").doesNotContainKey(blockId);
                    seen.put(blockId, Seen.of(replica.key().stamp(), replica.state(), bytes));
                }

                @Override
                public void orphan(Path meta) {
                    assertThat(meta).as("a meta file without its data").isNull();
                }
            });
        }
        assertThat(filesInCurrent()).as("two files for each replica").isEqualTo(2L * seen.size());
        return seen;
    }

    private long filesInCurrent() throws IOException {
        long count = 0;
        for (Path root : roots) {
            try (Stream<Path> all = Files.walk(root.resolve("current/" + POOL + "/current"))) {
                count += all.filter(Files::isRegularFile).count();
            }
        }
        return count;
    }

    /** The bytes of a block as a snapshot sees it, with every checksum compared. */
    Optional<byte[]> asOf(long number, long blockId, long stamp) throws IOException {
        Optional<VersionView> view = engine.view(SnapshotId.ofRegistry(number), new BlockKey(POOL, blockId, stamp));
        return view.isPresent() ? Optional.of(read(view.get())) : Optional.empty();
    }

    private static byte[] read(VersionView view) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(view.length()));
        if (view.length() == 0) {
            return bytes.array();
        }
        ChecksumLayout layout = ChecksumLayout.of(view.checksumHeader());
        for (long chunk : GEOMETRY.covering(0, view.length()).chunks().toArray()) {
            var content = view.read(chunk);
            layout.verify(
                    content.data(),
                    content.checksums(),
                    GEOMETRY.offsetOf(chunk),
                    view.key().toString());
            bytes.put(content.data());
        }
        return bytes.array();
    }

    /** What a cluster looks like to the NameNode at T, for comparison later. */
    static final class Expected {
        private final Map<Long, Seen> seen = new HashMap<>();

        Expected with(long blockId, long stamp, VersionState state, byte[] bytes) {
            seen.put(blockId, Seen.of(stamp, state, bytes));
            return this;
        }

        Map<Long, Seen> map() {
            return new TreeMap<>(seen);
        }
    }
}
