/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.store.file.Samples.OPTIONS;
import static org.volsnap.store.file.Samples.content;
import static org.volsnap.store.file.Samples.version;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.ChunkRange;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreRecord.ChunksFreed;
import org.volsnap.store.StoreRecord.VersionFreed;
import org.volsnap.store.file.Replayed.ChunkAddress;

/** Many threads preserve, read, free and compact on a real file system; then the store is opened again. */
class FileStoreStressTest {
    private static final int WRITERS = 4;
    private static final int VERSIONS_EACH = 12;
    private static final int CHUNKS = 12;

    @TempDir
    private Path directory;

    private final Map<ChunkAddress, ChunkLocation> live = new ConcurrentHashMap<>();

    @Test
    void nothingIsLostOrMovedWhileManyThreadsWork() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 1);
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            store.exceptions().replay(new Replayed());
            AtomicBoolean written = new AtomicBoolean();
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                long first = 1 + (long) writer * VERSIONS_EACH;
                Callable<Object> work = () -> write(store.exceptions(), first);
                writers.add(threads.submit(work));
            }
            Future<?> compactor = threads.submit((Callable<Object>) () -> {
                while (!written.get()) {
                    store.exceptions().compact();
                }
                return written;
            });
            for (Future<?> writer : writers) {
                writer.get();
            }
            written.set(true);
            compactor.get();
            store.exceptions().compact();
            checkAll(store.exceptions());
        } finally {
            threads.shutdown();
        }
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            Replayed replayed = new Replayed();
            store.exceptions().replay(replayed);
            assertThat(replayed.damages).isEmpty();
            assertThat(replayed.chunks).isEqualTo(live);
            checkAll(store.exceptions());
        }
    }

    /** Of three versions one is freed, and of another the first half. */
    private Object write(ExceptionStore store, long first) throws Exception {
        for (long version = first; version < first + VERSIONS_EACH; version++) {
            store.commit(version(version, version)).get();
            for (long chunk = 0; chunk < CHUNKS; chunk++) {
                ChunkLocation location = store.commitChunk(version, chunk, content(seed(version, chunk)))
                        .get();
                live.put(new ChunkAddress(version, chunk), location);
                assertThat(store.read(location)).isEqualTo(content(seed(version, chunk)));
            }
            long freed = version;
            if (version % 3 == 0) {
                live.keySet().removeIf(address -> address.version() == freed);
                store.commit(new VersionFreed(version)).get();
            } else if (version % 3 == 1) {
                live.keySet().removeIf(address -> address.version() == freed && address.chunk() < CHUNKS / 2);
                store.commit(new ChunksFreed(version, new ChunkRange(0, CHUNKS / 2)))
                        .get();
            }
        }
        return live;
    }

    private void checkAll(ExceptionStore store) throws Exception {
        for (Map.Entry<ChunkAddress, ChunkLocation> chunk : live.entrySet()) {
            ChunkAddress address = chunk.getKey();
            assertThat(store.read(chunk.getValue())).isEqualTo(content(seed(address.version(), address.chunk())));
        }
    }

    private static long seed(long version, long chunk) {
        return version << 20 | chunk;
    }
}
