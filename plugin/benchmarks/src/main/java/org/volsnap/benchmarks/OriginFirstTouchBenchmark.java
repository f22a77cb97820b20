/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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

/**
 * The first write to a chunk after a snapshot, through the whole engine and its persistent store, against the least that
 * copy on write can do: read the chunk, write it elsewhere, force that, write the origin.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class OriginFirstTouchBenchmark {
    private static final long ORIGIN_BYTES = 64L << 20;
    private static final int WRITE_BYTES = 4096;

    /** Chunk size in bytes. */
    @Param({"4096", "16384", "65536"})
    public int chunkBytes;

    @Param({"1", "32"})
    public int snapshots;

    private final ByteBuffer data = ByteBuffer.allocate(WRITE_BYTES);
    private Path directory;
    private FileDevice origin;
    private FileDevice copy;
    private FileDevice log;
    private EngineWorld world;
    private LiveReplica replica;
    private long next;

    @Setup(Level.Trial)
    public void open() throws IOException {
        directory = Files.createTempDirectory("first-touch");
        origin = new FileDevice(directory.resolve("origin"), ORIGIN_BYTES);
        copy = new FileDevice(directory.resolve("copy"), ORIGIN_BYTES);
        log = new FileDevice(directory.resolve("log"), 0);
        world = new EngineWorld(directory.resolve("world"), chunkBytes, origin);
        replica = world.replica();
        for (int i = 0; i < snapshots; i++) {
            world.addSnapshot();
            world.write(replica, (long) i * chunkBytes, data.duplicate());
        }
    }

    /** Everything is untouched again; as many snapshots as before. */
    @Setup(Level.Iteration)
    public void snapshot() throws IOException {
        world.addSnapshot();
        world.dropOldest();
        log.clear();
        next = 0;
    }

    private long nextOffset() throws IOException {
        if (next == world.chunks()) {
            snapshot();
        }
        // Far apart, so that no two neighbours are one entry.
        long chunk = next++ * 4099 % world.chunks();
        return chunk * chunkBytes;
    }

    @Benchmark
    public void engine() throws IOException {
        world.write(replica, nextOffset(), data.duplicate());
    }

    @Benchmark
    public void leastPossible() throws IOException {
        long offset = nextOffset();
        ByteBuffer chunk = ByteBuffer.allocate(chunkBytes);
        origin.read(offset, chunk);
        copy.write(offset, chunk.flip());
        copy.flush();
        origin.write(offset, data.duplicate());
    }

    /** The same with a copy that grows, as a log does: its length has to become durable too. */
    @Benchmark
    public void leastPossibleGrowing() throws IOException {
        long offset = nextOffset();
        ByteBuffer chunk = ByteBuffer.allocate(chunkBytes);
        origin.read(offset, chunk);
        log.append(chunk.flip());
        log.flush();
        origin.write(offset, data.duplicate());
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        world.close();
        origin.close();
        copy.close();
        log.close();
        Files.delete(directory.resolve("log"));
        Files.delete(directory.resolve("origin"));
        Files.delete(directory.resolve("copy"));
        Files.delete(directory);
    }
}
