/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
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
import org.volsnap.engine.OriginChange;
import org.volsnap.store.Device;

/**
 * First touches from several threads on one origin whose device takes its time, with the engine's locking and with one
 * lock around each passage: what dm-snapshot had before it was given finer locks, in 2019.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class GlobalLockBenchmark {
    private static final long ORIGIN_BYTES = 256L << 20;
    private static final int CHUNK_BYTES = 4096;
    private static final long DEVICE_LATENCY_NANOS = 200_000;

    @Param({"engine", "global"})
    public String lock;

    private final Object global = new Object();
    private final AtomicLong next = new AtomicLong();
    private Path directory;
    private FileDevice file;
    private EngineWorld world;
    private LiveReplica replica;

    @Setup(Level.Trial)
    public void open() throws IOException {
        directory = Files.createTempDirectory("lock");
        file = new FileDevice(directory.resolve("origin"), ORIGIN_BYTES);
        world = new EngineWorld(directory.resolve("world"), CHUNK_BYTES, new SlowDevice(file));
        replica = world.replica();
        world.addSnapshot();
    }

    @Setup(Level.Iteration)
    public void snapshot() throws IOException {
        world.addSnapshot();
        world.dropOldest();
        next.set(0);
    }

    @Benchmark
    public void write() throws IOException {
        long offset = next.getAndIncrement() * 4099 % world.chunks() * CHUNK_BYTES;
        ByteBuffer data = ByteBuffer.allocate(CHUNK_BYTES);
        if ("engine".equals(lock)) {
            world.write(replica, offset, data);
            return;
        }
        OriginChange change;
        synchronized (global) {
            change = world.engine().beginOverwrite(replica, offset, CHUNK_BYTES);
        }
        try {
            world.device().write(offset, data);
        } finally {
            change.close();
        }
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        world.close();
        file.close();
        Files.delete(directory.resolve("origin"));
        Files.delete(directory);
    }

    /** A device that answers each read and write after a while. */
    private record SlowDevice(Device device) implements Device {
        @Override
        public long sizeBytes() {
            return device.sizeBytes();
        }

        @Override
        public void read(long offset, ByteBuffer into) throws IOException {
            LockSupport.parkNanos(DEVICE_LATENCY_NANOS);
            device.read(offset, into);
        }

        @Override
        public void write(long offset, ByteBuffer from) throws IOException {
            LockSupport.parkNanos(DEVICE_LATENCY_NANOS);
            device.write(offset, from);
        }

        @Override
        public void flush() throws IOException {
            device.flush();
        }
    }
}
