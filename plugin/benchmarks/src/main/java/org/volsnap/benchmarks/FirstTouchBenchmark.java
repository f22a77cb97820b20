/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
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

/**
 * What the first change of a chunk waits for, read the chunk and preserve it durably, against the least that any copy on
 * write must do: read the same bytes, append them to a file, force it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FirstTouchBenchmark {
    private static final int CHUNK_BYTES = BenchmarkStore.GEOMETRY.chunkSizeBytes();
    private static final int BLOCK_CHUNKS = 512;

    private final BenchmarkStore store;
    private final Path blockFile;
    private final Path copyFile;
    private final FileChannel block;
    private final FileChannel copy;

    public FirstTouchBenchmark() {
        try {
            store = new BenchmarkStore();
            blockFile = Files.createTempFile("block", "");
            copyFile = Files.createTempFile("copy", "");
            block = FileChannel.open(blockFile, StandardOpenOption.READ, StandardOpenOption.WRITE);
            copy = FileChannel.open(copyFile, StandardOpenOption.WRITE);
            for (int chunk = 0; chunk < BLOCK_CHUNKS; chunk++) {
                writeFully(block, BenchmarkStore.randomChunk());
            }
            block.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Setup(Level.Iteration)
    public void beginVersion() throws IOException, ExecutionException, InterruptedException {
        store.beginVersion();
        copy.truncate(0);
    }

    @Benchmark
    public Object preserve() throws IOException, ExecutionException, InterruptedException {
        return store.preserve(readChunk());
    }

    @Benchmark
    public long plainCopy() throws IOException {
        writeFully(copy, readChunk());
        copy.force(false);
        return copy.position();
    }

    private ByteBuffer readChunk() throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        long offset = (long) ThreadLocalRandom.current().nextInt(BLOCK_CHUNKS) * CHUNK_BYTES;
        while (chunk.hasRemaining()) {
            block.read(chunk, offset + chunk.position());
        }
        return chunk.flip();
    }

    private static void writeFully(FileChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        store.close();
        block.close();
        copy.close();
        Files.delete(blockFile);
        Files.delete(copyFile);
    }
}
