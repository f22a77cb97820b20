/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;

/** Changes, reads of the past, new snapshots and drops, all at once: each snapshot never changes. */
@Timeout(120)
class EngineStressTest {
    private static final int BLOCKS = 3;
    private static final int SNAPSHOTS = 25;

    @TempDir
    Path directory;

    /** Held shared by each change and by each check, exclusively while a snapshot's T passes. */
    private final ReadWriteLock mark = new ReentrantReadWriteLock();

    private final TreeMap<SnapshotId, Map<BlockKey, byte[]>> model = new TreeMap<>();
    private final AtomicBoolean done = new AtomicBoolean();

    @Test
    void snapshotsNeverChangeUnderConcurrentLoad() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (EngineBench bench = new EngineBench(directory, 2)) {
            List<Future<Integer>> workers = new ArrayList<>();
            for (int block = 0; block < BLOCKS; block++) {
                int blockId = block;
                bench.create(blockId, EngineBench.bytes(2000, block));
                workers.add(
                        threads.submit(() -> repeat(new Random(blockId), random -> change(bench, blockId, random))));
            }
            for (int reader = 0; reader < 2; reader++) {
                int seed = 100 + reader;
                workers.add(threads.submit(() -> repeat(new Random(seed), random -> readOne(bench, random))));
            }
            threads.submit(() -> makeSnapshots(bench, new Random(7))).get();
            done.set(true);
            for (Future<Integer> worker : workers) {
                assertThat(worker.get()).isPositive();
            }
            assertThat(bench.engine().awaitQuiet(10_000)).isTrue();
            for (Map.Entry<SnapshotId, Map<BlockKey, byte[]>> snapshot : model.entrySet()) {
                checkAll(bench, snapshot);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private interface Step {
        void run(Random random) throws IOException;
    }

    private int repeat(Random random, Step step) throws IOException {
        int steps = 0;
        while (!done.get() || steps == 0) {
            mark.readLock().lock();
            try {
                step.run(random);
            } finally {
                mark.readLock().unlock();
            }
            steps++;
        }
        return steps;
    }

    private static void change(EngineBench bench, long blockId, Random random) throws IOException {
        if (!bench.origin.blockIds().contains(blockId)) {
            bench.create(blockId, EngineBench.bytes(random.nextInt(3000), random.nextInt()));
            return;
        }
        int length = (int) bench.origin.replica(blockId).length();
        switch (random.nextInt(5)) {
            case 0 -> bench.delete(blockId);
            case 1, 2 -> bench.truncate(blockId, length == 0 ? 0 : random.nextInt(length));
            default -> bench.append(blockId, EngineBench.bytes(random.nextInt(1500), random.nextInt()));
        }
    }

    private void readOne(EngineBench bench, Random random) throws IOException {
        List<SnapshotId> ids = List.copyOf(model.keySet());
        if (!ids.isEmpty()) {
            SnapshotId id = ids.get(random.nextInt(ids.size()));
            checkAll(bench, Map.entry(id, requireNonNull(model.get(id))));
        }
    }

    private static void checkAll(EngineBench bench, Map.Entry<SnapshotId, Map<BlockKey, byte[]>> snapshot)
            throws IOException {
        for (Map.Entry<BlockKey, byte[]> block : snapshot.getValue().entrySet()) {
            assertThat(bench.read(snapshot.getKey(), block.getKey()))
                    .as("%s in snapshot %s", block.getKey(), snapshot.getKey())
                    .isEqualTo(block.getValue());
        }
    }

    private Callable<Void> exclusively(Callable<Void> task) {
        return () -> {
            mark.writeLock().lock();
            try {
                return task.call();
            } finally {
                mark.writeLock().unlock();
            }
        };
    }

    private boolean makeSnapshots(EngineBench bench, Random random) throws Exception {
        for (int number = 1; number <= SNAPSHOTS; number++) {
            SnapshotId id = EngineBench.id(number);
            bench.engine().addSnapshot(id);
            exclusively(() -> {
                        Map<BlockKey, byte[]> copy = bench.copyOfAll();
                        bench.mark(id);
                        model.put(id, copy);
                        return null;
                    })
                    .call();
            if (model.size() > 3) {
                SnapshotId dropped = List.copyOf(model.keySet()).get(random.nextInt(model.size()));
                exclusively(() -> {
                            model.remove(dropped);
                            return null;
                        })
                        .call();
                bench.engine().dropSnapshot(dropped);
            }
        }
        return true;
    }
}
