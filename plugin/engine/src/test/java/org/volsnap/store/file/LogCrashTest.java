/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.store.file.Samples.OPTIONS;
import static org.volsnap.store.file.Samples.content;
import static org.volsnap.store.file.Samples.version;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.model.ChunkRange;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreRecord.ChunksFreed;
import org.volsnap.store.StoreRecord.VersionFreed;
import org.volsnap.store.file.Replayed.ChunkAddress;

/** Cuts the power before every step of a store's life: what was acknowledged is there, and nothing is wrong. */
class LogCrashTest {
    private static final Path DIRECTORY = Path.of("/volume/volsnap/pool");

    /** What the caller of a store knows. */
    private static final class Model {
        final Set<Long> versions = new TreeSet<>();
        final Map<Long, Set<Long>> chunks = new TreeMap<>();
        final Set<Long> losses = new TreeSet<>();

        void freeChunks(long version, ChunkRange range) {
            chunks.getOrDefault(version, Set.of()).removeIf(range::contains);
        }

        void free(long version) {
            versions.remove(version);
            chunks.remove(version);
            losses.remove(version);
        }
    }

    /** A life of a store, step by step; stops at the first failure. */
    private static final class Life {
        private final Model model;
        private final ExceptionStore store;

        Life(Model model, ExceptionStore store) {
            this.model = model;
            this.store = store;
        }

        void live() throws Exception {
            preserve(1, 2, 20);
            preserve(2, 2, 6);
            freeChunks(1, new ChunkRange(0, 14));
            preserve(3, 4, 16);
            free(2);
            store.compact();
            lose(4);
            preserve(5, 4, 3);
            free(3);
            store.compact();
            preserve(6, 6, 12);
            free(1);
            free(5);
            store.compact();
            preserve(7, 6, 1);
        }

        private void preserve(long version, long owner, long chunks) throws Exception {
            store.commit(version(version, owner)).get();
            model.versions.add(version);
            Set<Long> held = model.chunks.computeIfAbsent(version, number -> new TreeSet<>());
            for (long chunk = 0; chunk < chunks; chunk++) {
                store.commitChunk(version, chunk, content(seed(version, chunk))).get();
                held.add(chunk);
            }
        }

        /** While a freeing is under way either outcome is right. */
        private void freeChunks(long version, ChunkRange range) throws Exception {
            model.freeChunks(version, range);
            store.commit(new ChunksFreed(version, range)).get();
        }

        private void free(long version) throws Exception {
            model.free(version);
            store.commit(new VersionFreed(version)).get();
        }

        private void lose(long version) throws IOException {
            store.commitLoss(version(version).header(), "full");
            model.losses.add(version);
        }
    }

    private static long seed(long version, long chunk) {
        return version << 20 | chunk;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatWasAcknowledgedSurvivesAPowerCutBeforeEveryStep(long seed) throws Exception {
        boolean crashed = true;
        for (long step = 1; crashed; step++) {
            CrashFiles files = volume();
            files.crashAt(step);
            Model model = new Model();
            live(files, model);
            crashed = files.hasCrashed();
            Random random = new Random(seed * 1_000_003 + step);
            CrashFiles after = files.afterPowerCut(random);
            check(after, model, "step " + step + ", seed " + seed);
            // what recovery has shown must be durable by then
            check(after.afterPowerCut(random), model, "second cut after step " + step + ", seed " + seed);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void whatAKilledProcessLeftInThePageCacheIsDurableOnceItWasReplayed(long seed) throws Exception {
        boolean crashed = true;
        for (long step = 1; crashed; step++) {
            CrashFiles files = volume();
            files.crashAt(step);
            Model model = new Model();
            live(files, model);
            crashed = files.hasCrashed();
            files.kill();
            Replayed shown = check(files, model, "kill at step " + step);
            Replayed again = check(files.afterPowerCut(new Random(seed + step)), model, "cut after kill " + step);
            assertThat(again.chunks).isEqualTo(shown.chunks);
            assertThat(again.versions).isEqualTo(shown.versions);
        }
    }

    private static void live(CrashFiles files, Model model) throws Exception {
        try (FileStore store = open(files)) {
            store.exceptions().replay(new Replayed());
            new Life(model, store.exceptions()).live();
        } catch (IOException | ExecutionException e) {
            assertThat(files.hasCrashed()).as("failed by itself: %s", e).isTrue();
        }
    }

    private static CrashFiles volume() {
        CrashFiles files = new CrashFiles();
        files.put(Path.of("/volume/current/VERSION"), new byte[1]);
        return files;
    }

    private static FileStore open(CrashFiles files) throws IOException {
        return FileStore.open(DIRECTORY, OPTIONS, files, () -> new UUID(1, 2));
    }

    private static Replayed check(CrashFiles files, Model model, String when) throws IOException {
        try (FileStore store = open(files)) {
            Replayed replayed = new Replayed();
            store.exceptions().replay(replayed);
            assertThat(replayed.damages).as(when).isEmpty();
            assertThat(replayed.versions.keySet()).as(when).containsAll(model.versions);
            assertThat(replayed.lost).as(when).containsAll(model.losses);
            for (Map.Entry<Long, Set<Long>> held : model.chunks.entrySet()) {
                for (long chunk : held.getValue()) {
                    assertThat(replayed.chunks).as(when).containsKey(new ChunkAddress(held.getKey(), chunk));
                }
            }
            for (ChunkAddress address : replayed.chunks.keySet()) {
                assertThat(store.exceptions().read(replayed.location(address.version(), address.chunk())))
                        .as("%s: %s", when, address)
                        .isEqualTo(content(seed(address.version(), address.chunk())));
            }
            return replayed;
        }
    }
}
