/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import com.google.common.base.Stopwatch;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import org.volsnap.engine.ChainLink;
import org.volsnap.engine.CowEngine;
import org.volsnap.engine.EngineSettings;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.memory.MemoryReplicaStore;

/** Prints what is not a matter of one operation's time: bytes, forces, heap, merge and recovery. */
public final class EngineFigures {
    private static final int CHUNK_BYTES = 4096;
    private static final int FRAME_BYTES = CHUNK_BYTES + 64;
    private static final int WRITERS = 32;
    private static final int ROUNDS = 5;
    private static final long PRIME = 1_000_003;

    private EngineFigures() {}

    public static void main(String[] arguments) throws Exception {
        List<String> wanted =
                arguments.length == 0 ? List.of("commit", "heap", "merge", "recovery") : List.of(arguments);
        if (wanted.contains("commit")) {
            commits();
        }
        if (wanted.contains("heap")) {
            heap("random chunks of one block", i -> i * PRIME % (1L << 24), i -> i * FRAME_BYTES / 8);
            heap("consecutive chunks", i -> i, i -> i * FRAME_BYTES / 8);
        }
        if (wanted.contains("merge")) {
            for (int chunkBytes : new int[] {CHUNK_BYTES, 1 << 16}) {
                for (long bytes : new long[] {16L << 20, 64L << 20}) {
                    merge("sequential", bytes, chunkBytes, false);
                    merge("random", bytes, chunkBytes, true);
                }
            }
        }
        if (wanted.contains("online")) {
            for (int chunkBytes : new int[] {CHUNK_BYTES, 16 * CHUNK_BYTES}) {
                onlineMerge("sequential", chunkBytes, false);
                onlineMerge("random", chunkBytes, true);
            }
        }
        if (wanted.contains("recovery")) {
            for (int exceptions = 125_000; exceptions <= 1_000_000; exceptions *= 2) {
                recovery(exceptions);
            }
        }
    }

    private static void commits() throws Exception {
        Path directory = Files.createTempDirectory("figures");
        int chunks = 16_384;
        try (FileDevice origin = new FileDevice(directory.resolve("origin"), (long) chunks * CHUNK_BYTES);
                EngineWorld world = new EngineWorld(directory.resolve("world"), CHUNK_BYTES, origin)) {
            world.addSnapshot();
            touchAll(world, chunks, WRITERS);
            LogFrames frames = LogFrames.read(world.storeDirectory());
            System.out.printf(
                    "metadata bytes per copied 4 KiB chunk %.1f; forces per exception with %d writers %.3f%n",
                    (double) frames.metadataBytes() / frames.chunks(),
                    WRITERS,
                    (double) frames.batches() / frames.chunks());
        }
        MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
    }

    private static void touchAll(EngineWorld world, int chunks, int writers) throws Exception {
        AtomicLong next = new AtomicLong();
        LiveReplica replica = world.replica();
        Callable<Void> work = () -> {
            ByteBuffer data = ByteBuffer.allocate(CHUNK_BYTES);
            for (long i = next.getAndIncrement(); i < chunks; i = next.getAndIncrement()) {
                world.write(replica, i * PRIME % chunks * world.chunkBytes(), data.duplicate());
            }
            return null;
        };
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            for (Future<Void> done : threads.invokeAll(Collections.nCopies(writers, work))) {
                done.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    // ---- heap

    private static void heap(String what, LongUnaryOperator chunks, LongUnaryOperator locations) throws IOException {
        long count = 10_000_000;
        ChunkGeometry geometry = ChunkGeometry.ofSize(CHUNK_BYTES);
        VersionHeader version = new VersionHeader(
                1,
                1,
                EngineWorld.KEY,
                SnapshotId.ofRegistry(1),
                CHUNK_BYTES * (1L << 24),
                VersionState.FINALIZED,
                VersionHeader.NEVER,
                new byte[0]);
        VolumeStore volume = new VolumeStore(
                new SyntheticStore(version, count, chunks, locations, CHUNK_BYTES),
                new MemoryReplicaStore(Path.of("none")));
        long before = usedHeap();
        try (CowEngine engine = CowEngine.open(
                new EngineSettings(geometry, 1),
                new NoOrigin(),
                List.of(volume),
                List.of(new ChainLink(SnapshotId.ofRegistry(1), StampFence.OPEN)))) {
            long after = usedHeap();
            System.out.printf(
                    "heap per completed exception, %s: %.2f bytes (%d versions)%n",
                    what,
                    (double) (after - before) / count,
                    engine.versions(SnapshotId.ofRegistry(1)).size());
        }
    }

    private static long usedHeap() {
        for (int i = 0; i < 4; i++) {
            ManagementFactory.getMemoryMXBean().gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    // ---- merge

    private static void merge(String what, long bytes, int chunkBytes, boolean random) throws Exception {
        Path directory = Files.createTempDirectory("figures");
        int chunks = (int) (bytes / chunkBytes);
        double[] ratios = new double[ROUNDS];
        try (FileDevice origin = new FileDevice(directory.resolve("origin"), bytes);
                FileDevice copy = new FileDevice(directory.resolve("copy"), bytes);
                EngineWorld world = new EngineWorld(directory.resolve("world"), chunkBytes, origin)) {
            world.addSnapshot();
            List<Long> order = order(chunks, random);
            touchInOrder(world, order);
            for (int round = -1; round < ROUNDS; round++) {
                Stopwatch plain = Stopwatch.createStarted();
                plainCopy(copy, origin, order, chunkBytes);
                plain.stop();
                Stopwatch merge = Stopwatch.createStarted();
                world.mergeNewest();
                merge.stop();
                if (round >= 0) {
                    ratios[round] =
                            (double) plain.elapsed(TimeUnit.MICROSECONDS) / merge.elapsed(TimeUnit.MICROSECONDS);
                }
            }
        }
        MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
        printRatios("merge of " + (bytes >> 20) + " MiB", what, chunkBytes, ratios);
    }

    private static void printRatios(String merge, String what, int chunkBytes, double[] ratios) {
        Arrays.sort(ratios);
        System.out.printf(
                "%s against a plain copy, %s, chunks of %d bytes: %.2f (%.2f to %.2f)%n",
                merge, what, chunkBytes, ratios[ROUNDS / 2], ratios[0], ratios[ROUNDS - 1]);
    }

    private static List<Long> order(int chunks, boolean random) {
        List<Long> order = new ArrayList<>();
        for (long chunk = 0; chunk < chunks; chunk++) {
            order.add(chunk);
        }
        if (random) {
            Collections.shuffle(order, new Random(1));
        }
        return order;
    }

    /** The merge of a store in the kernel's format, while the origin could be in use. */
    private static void onlineMerge(String what, int chunkBytes, boolean random) throws Exception {
        long bytes = 16L << 20;
        double[] ratios = new double[ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
            Path directory = Files.createTempDirectory("figures");
            List<Long> order = order((int) (bytes / chunkBytes), random);
            try (FileDevice origin = new FileDevice(directory.resolve("origin"), bytes);
                    FileDevice copy = new FileDevice(directory.resolve("copy"), bytes);
                    FileDevice cow = FileDevice.blank(directory.resolve("cow"), 2 * bytes);
                    KernelWorld world = new KernelWorld(directory, chunkBytes, origin, cow)) {
                ByteBuffer data = ByteBuffer.allocate(CHUNK_BYTES);
                for (long chunk : order) {
                    world.write(chunk * chunkBytes, data.duplicate());
                }
                Stopwatch plain = Stopwatch.createStarted();
                plainCopy(copy, origin, order, chunkBytes);
                plain.stop();
                Stopwatch merge = Stopwatch.createStarted();
                world.merge();
                merge.stop();
                if (round >= 0) {
                    ratios[round] =
                            (double) plain.elapsed(TimeUnit.MICROSECONDS) / merge.elapsed(TimeUnit.MICROSECONDS);
                }
            }
            MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
        }
        printRatios("online merge of 16 MiB in the kernel's format", what, chunkBytes, ratios);
    }

    private static void touchInOrder(EngineWorld world, List<Long> order) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(CHUNK_BYTES);
        for (long chunk : order) {
            world.write(world.replica(), chunk * world.chunkBytes(), data.duplicate());
        }
    }

    /** To ascending offsets from where each chunk lies. */
    private static void plainCopy(FileDevice from, FileDevice to, List<Long> order, int chunkBytes) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(chunkBytes);
        for (int chunk = 0; chunk < order.size(); chunk++) {
            from.read(order.get(chunk) * chunkBytes, data.clear());
            to.write((long) chunk * chunkBytes, data.flip());
        }
        to.flush();
    }

    // ---- recovery

    private static void recovery(int exceptions) throws Exception {
        Path directory = Files.createTempDirectory("figures");
        long[] millis = new long[ROUNDS];
        try {
            BenchmarkStore.fill(directory.resolve("store"), exceptions, CHUNK_BYTES);
            for (int round = 0; round < ROUNDS; round++) {
                Stopwatch replay = Stopwatch.createStarted();
                long found = BenchmarkStore.replay(directory.resolve("store"), CHUNK_BYTES);
                millis[round] = replay.elapsed(TimeUnit.MILLISECONDS);
                if (found != exceptions) {
                    throw new IllegalStateException(found + " exceptions, not " + exceptions);
                }
            }
        } finally {
            MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
        }
        Arrays.sort(millis);
        System.out.printf("recovery of %,d exceptions: %d ms%n", exceptions, millis[ROUNDS / 2]);
    }
}
