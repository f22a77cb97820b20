/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreRecord.VersionFreed;
import org.volsnap.store.StoreRecord.VersionPreserved;
import org.volsnap.store.file.FileStore;
import org.volsnap.store.file.FileStoreOptions;

/** A persistent store with one version that chunks are preserved into. Safe for many threads. */
final class BenchmarkStore implements Closeable {
    static final ChunkGeometry GEOMETRY = new ChunkGeometry(16);
    private static final String POOL = "BP-benchmark";
    private static final int CHECKSUM_BYTES = GEOMETRY.chunkSizeBytes() / 512 * 4;

    private final Path directory;
    private final FileStore store;
    private final ByteBuffer checksums = ByteBuffer.allocate(CHECKSUM_BYTES);
    private final AtomicLong nextChunk = new AtomicLong();
    private long version;

    BenchmarkStore() throws IOException {
        directory = Files.createTempDirectory("store");
        store = FileStore.open(directory.resolve(POOL), FileStoreOptions.of(POOL, Map.of(), GEOMETRY));
        store.exceptions().replay(new NothingThere());
    }

    /** Frees what was preserved before, so that the disk does not fill up. */
    void beginVersion() throws IOException, ExecutionException, InterruptedException {
        ExceptionStore exceptions = store.exceptions();
        if (version > 0) {
            exceptions.commit(new VersionFreed(version)).get();
            exceptions.compact();
        }
        version++;
        exceptions.commit(new VersionPreserved(header(version))).get();
    }

    private static VersionHeader header(long number) {
        BlockKey key = new BlockKey(POOL, number, 1000);
        return new VersionHeader(
                number, number, key, new SnapshotId(2), 1L << 40, VersionState.FINALIZED, 1001, new byte[7]);
    }

    /** Returns when the chunk is durable. */
    ChunkLocation preserve(ByteBuffer data) throws ExecutionException, InterruptedException {
        ChunkContent content = new ChunkContent(data, checksums);
        return store.exceptions()
                .commitChunk(version, nextChunk.getAndIncrement(), content)
                .get();
    }

    /** Makes a store with this many exceptions of one version. */
    static void fill(Path directory, int exceptions, int chunkBytes) throws Exception {
        try (FileStore made = open(directory, chunkBytes)) {
            made.exceptions().replay(new NothingThere());
            made.exceptions().commit(new VersionPreserved(header(1))).get();
            ByteBuffer data = ByteBuffer.allocate(chunkBytes);
            Queue<CompletableFuture<ChunkLocation>> underWay = new ArrayDeque<>();
            for (long chunk = 0; chunk < exceptions; chunk++) {
                underWay.add(made.exceptions().commitChunk(1, chunk, ChunkContent.plain(data.duplicate())));
                if (underWay.size() == 4096) {
                    underWay.remove().get();
                }
            }
            for (CompletableFuture<ChunkLocation> last : underWay) {
                last.get();
            }
        }
    }

    /** Opens a store and replays it; returns how many exceptions it has. */
    static long replay(Path directory, int chunkBytes) throws IOException {
        Counting counting = new Counting();
        try (FileStore opened = open(directory, chunkBytes)) {
            opened.exceptions().replay(counting);
        }
        return counting.chunks;
    }

    private static FileStore open(Path directory, int chunkBytes) throws IOException {
        return FileStore.open(directory, FileStoreOptions.of(POOL, Map.of(), ChunkGeometry.ofSize(chunkBytes)));
    }

    /** One chunk of bytes that no file system compresses. */
    static ByteBuffer randomChunk() {
        byte[] bytes = new byte[GEOMETRY.chunkSizeBytes()];
        new Random(1).nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    @Override
    public void close() throws IOException {
        store.close();
        MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
    }

    /** The replay of a store that was just made. */
    private static final class NothingThere implements ExceptionStore.Replay {
        @Override
        public void record(StoreRecord record) {
            throw new IllegalStateException("a new store holds " + record);
        }

        @Override
        public void chunk(long version, long chunk, ChunkLocation location, int dataLengthBytes) {
            throw new IllegalStateException("a new store holds chunk " + chunk + " of version " + version);
        }

        @Override
        public void damaged(String fileAndOffset, String reason) {
            throw new IllegalStateException(fileAndOffset + ": " + reason);
        }
    }

    private static final class Counting implements ExceptionStore.Replay {
        private long chunks;

        @Override
        public void record(StoreRecord record) {}

        @Override
        public void chunk(long version, long chunk, ChunkLocation location, int dataLengthBytes) {
            chunks++;
        }

        @Override
        public void damaged(String fileAndOffset, String reason) {
            throw new IllegalStateException(fileAndOffset + ": " + reason);
        }
    }
}
