/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.store.file.Samples.OPTIONS;
import static org.volsnap.store.file.Samples.content;
import static org.volsnap.store.file.Samples.version;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;

/** Callers that commit themselves: alone, many at once, interrupted, from a continuation, and on a closed store. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CommitWaitingTest {
    private static final int THREADS = 8;
    private static final int CHUNKS = 50;

    @TempDir
    private Path directory;

    @Test
    void whatWasCommittedByManyCallersIsAllThere() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            ExceptionStore exceptions = store.exceptions();
            exceptions.replay(new Replayed());
            List<Future<Object>> writers = new ArrayList<>();
            for (int i = 1; i <= THREADS; i++) {
                long number = i;
                Callable<Object> work = () -> write(exceptions, number);
                writers.add(threads.submit(work));
            }
            for (Future<Object> writer : writers) {
                writer.get();
            }
        } finally {
            threads.shutdown();
        }
        assertThat(replayed().chunks).hasSize(THREADS * CHUNKS);
    }

    private static Object write(ExceptionStore store, long number) throws Exception {
        CompletableFuture<Void> header = store.commit(version(number, number));
        for (long chunk = 0; chunk < CHUNKS; chunk++) {
            CompletableFuture<ChunkLocation> committed = store.stageChunk(number, chunk, content(chunk));
            store.commitWaiting();
            assertThat(store.read(committed.get())).isEqualTo(content(chunk));
        }
        return header.get();
    }

    @Test
    void aCallerThatIsInterruptedCommitsAllTheSame() throws Exception {
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            ExceptionStore exceptions = store.exceptions();
            exceptions.replay(new Replayed());
            CompletableFuture<Void> header = exceptions.commit(version(1, 1));
            Thread.currentThread().interrupt();
            CompletableFuture<ChunkLocation> chunk = exceptions.commitChunk(1, 0, content(5));
            exceptions.commitWaiting();
            assertThat(Thread.interrupted()).isTrue();
            header.get();
            chunk.get();
            exceptions.commitChunk(1, 1, content(6)).get();
        }
        assertThat(replayed().chunks).hasSize(2);
    }

    @Test
    void aContinuationMayCommitMoreAndAskForIt() throws Exception {
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            ExceptionStore exceptions = store.exceptions();
            exceptions.replay(new Replayed());
            CompletableFuture<CompletableFuture<ChunkLocation>> second = new CompletableFuture<>();
            CompletableFuture<Void> told = exceptions.commit(version(1, 1)).thenRun(() -> {
                boolean first = second.complete(exceptions.stageChunk(1, 0, content(5)));
                exceptions.commitWaiting();
                assertThat(first).isTrue();
            });
            exceptions.commitWaiting();
            told.get();
            second.get().get();
        }
        assertThat(replayed().chunks).hasSize(1);
    }

    @Test
    void aClosedStoreRefusesAndDoesNotHang() throws Exception {
        FileStore store = FileStore.open(directory, OPTIONS);
        ExceptionStore exceptions = store.exceptions();
        exceptions.replay(new Replayed());
        store.close();
        CompletableFuture<Void> late = exceptions.commit(version(1, 1));
        CompletableFuture<ChunkLocation> staged = exceptions.stageChunk(1, 0, content(5));
        exceptions.commitWaiting();
        assertThat(late).isCompletedExceptionally();
        assertThat(staged).isCompletedExceptionally();
    }

    private Replayed replayed() throws Exception {
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            Replayed replayed = new Replayed();
            store.exceptions().replay(replayed);
            assertThat(replayed.damages).isEmpty();
            return replayed;
        }
    }
}
