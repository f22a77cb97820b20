/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.VersionView;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReadMemory;

/** Chunks that are copied already, in random order: what the snapshots cost from then on. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CopiedBenchmark {
    private static final long ORIGIN_BYTES = 64L << 20;
    private static final int CHUNK_BYTES = 1 << 16;

    @Param({"1", "8", "32"})
    public int snapshots;

    private final ByteBuffer data = ByteBuffer.allocate(CHUNK_BYTES);
    private final ReadMemory memory = ReadMemory.reused();
    private Path directory;
    private FileDevice origin;
    private EngineWorld world;
    private LiveReplica replica;
    private VersionView oldest;
    private SegmentReads segments;

    @Setup(Level.Trial)
    public void open() throws IOException {
        directory = Files.createTempDirectory("copied");
        origin = new FileDevice(directory.resolve("origin"), ORIGIN_BYTES);
        world = new EngineWorld(directory.resolve("world"), CHUNK_BYTES, origin);
        replica = world.replica();
        List<Long> order = new ArrayList<>();
        for (long chunk = 0; chunk < world.chunks(); chunk++) {
            order.add(chunk);
        }
        Collections.shuffle(order, new Random(1));
        for (int i = 1; i < snapshots; i++) {
            world.addSnapshot();
            for (long chunk : order.subList(0, 16)) {
                world.write(replica, chunk * CHUNK_BYTES, data.duplicate());
            }
            Collections.shuffle(order, new Random(i));
        }
        world.addSnapshot();
        for (long chunk : order) {
            world.write(replica, chunk * CHUNK_BYTES, data.duplicate());
        }
        oldest = world.view(world.oldest());
        segments = new SegmentReads(world.storeDirectory());
    }

    private long randomChunk() {
        return ThreadLocalRandom.current().nextLong(world.chunks());
    }

    @Benchmark
    public void originWrite() throws IOException {
        world.write(replica, randomChunk() * CHUNK_BYTES, data.duplicate());
    }

    @Benchmark
    public void plainWrite() throws IOException {
        origin.write(randomChunk() * CHUNK_BYTES, data.duplicate());
    }

    @Benchmark
    public ChunkContent snapshotRead() throws IOException {
        return oldest.read(randomChunk());
    }

    /** The same into the same memory again and again, as one who reads a replica from end to end does. */
    @Benchmark
    public ChunkContent snapshotReadReused() throws IOException {
        return oldest.read(randomChunk(), memory);
    }

    @Benchmark
    public ByteBuffer plainRead() throws IOException {
        return plainRead(ReadMemory.FRESH);
    }

    @Benchmark
    public ByteBuffer plainReadReused() throws IOException {
        return plainRead(memory);
    }

    private ByteBuffer plainRead(ReadMemory from) throws IOException {
        ByteBuffer into = from.ofSize(CHUNK_BYTES);
        origin.read(randomChunk() * CHUNK_BYTES, into);
        return into;
    }

    /** The same from the store's files. */
    @Benchmark
    public ByteBuffer plainReadOfTheStore() throws IOException {
        ByteBuffer into = memory.ofSize(CHUNK_BYTES);
        segments.read(into);
        return into;
    }

    /** What every reader pays who wants to know that the bytes are those that were written. */
    @Benchmark
    public long plainReadChecked() throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(plainRead(memory).flip());
        return crc.getValue();
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        segments.close();
        world.close();
        origin.close();
        Files.delete(directory.resolve("origin"));
        Files.delete(directory);
    }
}
