/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.volsnap.store.ChunkLocation;

/** Durable commits of a chunk per second, by how many wait at once: one force serves them all. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class CommitBenchmark {
    private final ByteBuffer chunk = BenchmarkStore.randomChunk();
    private final BenchmarkStore store;

    public CommitBenchmark() {
        try {
            store = new BenchmarkStore();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Setup(Level.Iteration)
    public void beginVersion() throws IOException, ExecutionException, InterruptedException {
        store.beginVersion();
    }

    @Benchmark
    @Threads(1)
    public ChunkLocation oneWriter() throws ExecutionException, InterruptedException {
        return store.preserve(chunk);
    }

    @Benchmark
    @Threads(32)
    public ChunkLocation thirtyTwoWriters() throws ExecutionException, InterruptedException {
        return store.preserve(chunk);
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        store.close();
    }
}
