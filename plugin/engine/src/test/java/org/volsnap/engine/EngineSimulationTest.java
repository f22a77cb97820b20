/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.WholeReplica;
import org.volsnap.store.file.FileStore;
import org.volsnap.store.file.FileStoreOptions;

/**
 * Random histories against a model that copies everything at each snapshot: whatever happens afterwards, each snapshot
 * reads what the model copied. The seed is in the failure's message; {@code history} replays it.
 */
class EngineSimulationTest {
    private static final int BLOCKS = 4;
    private static final int STEPS = 45;
    private static final int SEEDS_A_TEST = 40;
    private static final int MAX_LENGTH = 3000;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, 40, 80, 120, 160})
    void everySnapshotReadsWhatWasThereAtItsTime(int firstSeed) throws IOException {
        for (int seed = firstSeed; seed < firstSeed + SEEDS_A_TEST; seed++) {
            try (EngineBench bench = new EngineBench(directory.resolve("seed-" + seed), 2)) {
                new History(bench, seed).run();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5000, 5001, 5002, 5003})
    void everySnapshotReadsWhatWasThereAtItsTimeFromThePersistentStore(int seed) throws IOException {
        try (EngineBench bench = new EngineBench(directory, 2, new Persistent(directory))) {
            new History(bench, seed).run();
        }
    }

    private static final class Persistent implements EngineBench.Stores {
        private final Path directory;
        private final List<FileStore> opened = new ArrayList<>();

        Persistent(Path directory) {
            this.directory = directory;
        }

        @Override
        public VolumeStore open(int index) throws IOException {
            FileStoreOptions options = FileStoreOptions.of(TestOrigin.POOL, Map.of(), TestOrigin.GEOMETRY)
                    .withSegmentBytes(64 << 10);
            FileStore store = FileStore.open(directory.resolve("store-" + index), options);
            opened.add(store);
            return new VolumeStore(store.exceptions(), store.replicas());
        }

        @Override
        public void close() throws IOException {
            for (FileStore store : opened) {
                store.close();
            }
            opened.clear();
        }
    }

    private static final class History {
        private final EngineBench bench;
        private final int seed;
        private final Random random;
        private final TreeMap<SnapshotId, Map<BlockKey, byte[]>> model = new TreeMap<>();
        private final List<String> steps = new ArrayList<>();
        private long lastSnapshot;

        History(EngineBench bench, int seed) {
            this.bench = bench;
            this.seed = seed;
            this.random = new Random(seed);
        }

        void run() throws IOException {
            try {
                for (int step = 0; step < STEPS; step++) {
                    step();
                }
                check();
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " after " + steps, e);
            }
        }

        private void step() throws IOException {
            long blockId = random.nextInt(BLOCKS);
            boolean live = bench.origin.blockIds().contains(blockId);
            switch (random.nextInt(15)) {
                case 0, 1, 2, 3 -> changeEnd(blockId, live);
                case 4, 5 -> truncate(blockId, live);
                case 6 -> delete(blockId, live);
                case 7 -> growOpen(blockId, live);
                case 8, 9, 10 -> snapshot();
                case 11 -> drop();
                case 12 -> rollback();
                case 13 -> restart();
                default -> check();
            }
        }

        private void changeEnd(long blockId, boolean live) throws IOException {
            byte[] data = EngineBench.bytes(random.nextInt(900), random.nextInt());
            if (!live) {
                note("create %s with %s bytes", blockId, data.length);
                bench.create(blockId, data);
            } else if (bench.origin.replica(blockId).length() + data.length < MAX_LENGTH) {
                note("append %s bytes to %s", data.length, bench.origin.replica(blockId));
                bench.append(blockId, data);
            }
        }

        private void truncate(long blockId, boolean live) throws IOException {
            if (live && bench.origin.replica(blockId).length() > 0) {
                int length = random.nextInt((int) bench.origin.replica(blockId).length());
                note("truncate %s to %s", bench.origin.replica(blockId), length);
                bench.truncate(blockId, length);
            }
        }

        private void delete(long blockId, boolean live) throws IOException {
            if (live) {
                note("delete %s", bench.origin.replica(blockId));
                bench.delete(blockId);
            }
        }

        /** A replica that is being written grows under its stamp. */
        private void growOpen(long blockId, boolean live) {
            if (!live) {
                note("open %s", blockId);
                bench.origin.create(
                        blockId,
                        bench.nextStamp(),
                        EngineBench.bytes(random.nextInt(700), random.nextInt()),
                        VersionState.OPEN,
                        bench.volume((int) (blockId % 2)));
            } else if (bench.origin.replica(blockId).state() == VersionState.OPEN
                    && bench.origin.replica(blockId).length() < MAX_LENGTH) {
                byte[] old = bench.origin.data(blockId);
                byte[] grown = Arrays.copyOf(old, old.length + random.nextInt(600));
                for (int i = old.length; i < grown.length; i++) {
                    grown[i] = (byte) random.nextInt();
                }
                note("%s grows to %s", bench.origin.replica(blockId), grown.length);
                bench.origin.replace(
                        blockId, bench.origin.replica(blockId).key().stamp(), grown, VersionState.OPEN);
            }
        }

        private SnapshotId snapshot() throws IOException {
            SnapshotId id = EngineBench.id(++lastSnapshot);
            bench.engine().addSnapshot(id);
            if (random.nextInt(3) == 0) {
                note("creating %s", id);
                changeEnd(0, bench.origin.blockIds().contains(0L));
                truncate(1, bench.origin.blockIds().contains(1L));
                delete(2, bench.origin.blockIds().contains(2L));
            }
            note("snapshot %s", id);
            Map<BlockKey, byte[]> copy = bench.copyOfAll();
            bench.mark(id);
            model.put(id, copy);
            return id;
        }

        private SnapshotId any() {
            return List.copyOf(model.keySet()).get(random.nextInt(model.size()));
        }

        private void drop() throws IOException {
            if (!model.isEmpty()) {
                SnapshotId id = any();
                note("drop %s", id);
                bench.engine().dropSnapshot(id);
                model.remove(id);
            }
        }

        private void restart() throws IOException {
            note("restart");
            bench.restart();
        }

        private void rollback() throws IOException {
            if (model.isEmpty()) {
                return;
            }
            SnapshotId target = any();
            SnapshotId safety = snapshot();
            note("rollback to %s, safety %s", target, safety);
            Map<BlockKey, byte[]> wanted = requireNonNull(model.get(target));
            for (long blockId : bench.origin.blockIds()) {
                if (!makeLive(target, keyOf(wanted, blockId))) {
                    bench.delete(blockId);
                }
            }
            for (BlockKey key : wanted.keySet()) {
                if (!bench.origin.blockIds().contains(key.blockId())) {
                    putBack(target, key);
                }
            }
            for (Map.Entry<BlockKey, byte[]> entry : wanted.entrySet()) {
                long blockId = entry.getKey().blockId();
                assertThat(bench.origin.replica(blockId).key()).isEqualTo(entry.getKey());
                assertThat(bench.origin.data(blockId)).as("%s", entry.getKey()).isEqualTo(entry.getValue());
            }
            assertThat(bench.origin.blockIds()).hasSameSizeAs(wanted.keySet());
        }

        private static Optional<BlockKey> keyOf(Map<BlockKey, byte[]> wanted, long blockId) {
            return wanted.keySet().stream()
                    .filter(key -> key.blockId() == blockId)
                    .findAny();
        }

        /** Leaves a replica that is as wanted, merges one that is newer; false for one that has to go. */
        private boolean makeLive(SnapshotId target, Optional<BlockKey> key) throws IOException {
            if (key.isEmpty()) {
                return false;
            }
            long blockId = key.get().blockId();
            Optional<VersionHeader> version = version(target, key.get());
            if (version.isEmpty()) {
                return bench.origin.replica(blockId).key().equals(key.get());
            }
            if (bench.engine().storedBase(version.get()).isPresent()) {
                return false;
            }
            merge(version.get());
            return true;
        }

        private void merge(VersionHeader version) throws IOException {
            long blockId = version.key().blockId();
            if (random.nextInt(3) == 0) {
                try {
                    bench.engine().merge(version, bench.origin.replica(blockId), bench.origin.writer(blockId, 1));
                } catch (IOException e) {
                    assertThat(e).hasMessage("crash");
                    bench.restart();
                }
            }
            bench.engine().merge(version, bench.origin.replica(blockId), bench.origin.writer(blockId, -1));
        }

        private void putBack(SnapshotId target, BlockKey key) throws IOException {
            Optional<VersionHeader> version = version(target, key);
            if (version.isPresent()) {
                WholeReplica base = bench.engine().storedBase(version.get()).orElseThrow();
                moveOut(base);
                merge(version.get());
                return;
            }
            try (Stream<WholeReplica> kept = bench.engine().wholeReplicas(target)) {
                moveOut(kept.filter(replica -> replica.key().equals(key))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(key + " is not kept")));
            }
        }

        private void moveOut(WholeReplica replica) throws IOException {
            bench.engine().moveOut(replica, bench.origin.files(replica.key()));
            bench.origin.adopt(replica.key(), VersionState.FINALIZED, bench.volume((int)
                    (replica.key().blockId() % 2)));
        }

        private Optional<VersionHeader> version(SnapshotId target, BlockKey key) {
            return bench.engine().versions(target).stream()
                    .filter(header -> header.key().equals(key))
                    .findAny();
        }

        private void check() throws IOException {
            for (Map.Entry<SnapshotId, Map<BlockKey, byte[]>> snapshot : model.entrySet()) {
                for (Map.Entry<BlockKey, byte[]> block : snapshot.getValue().entrySet()) {
                    assertThat(bench.read(snapshot.getKey(), block.getKey()))
                            .as("%s in snapshot %s", block.getKey(), snapshot.getKey())
                            .isEqualTo(block.getValue());
                }
            }
            assertThat(bench.engine().status().pending()).isZero();
            assertThat(bench.engine().status().conflictingReads()).isZero();
        }

        private void note(String step, Object... arguments) {
            Object[] shown = Arrays.stream(arguments)
                    .map(argument -> argument instanceof LiveReplica replica
                            ? replica.key().blockId() + "_" + replica.key().stamp() + "(" + replica.length() + ")"
                            : argument)
                    .toArray();
            steps.add(String.format(step, shown));
        }
    }
}
