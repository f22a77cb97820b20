/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.volsnap.store.file.Samples.OPTIONS;
import static org.volsnap.store.file.Samples.content;
import static org.volsnap.store.file.Samples.version;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.volsnap.model.Base;
import org.volsnap.model.ChunkRange;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord.BaseChanged;
import org.volsnap.store.StoreRecord.ChunksFreed;
import org.volsnap.store.StoreRecord.LineageFreed;
import org.volsnap.store.StoreRecord.VersionFreed;
import org.volsnap.store.StoreRecord.VersionLost;

/** How a store uses forces and space, and what it does when there is no more. */
class LogSpaceTest {
    private static final StoreLayout LAYOUT = new StoreLayout(Path.of("/volume/volsnap/pool"));

    private final CrashFiles files = new CrashFiles();

    private FileStore open() throws IOException {
        return FileStore.open(LAYOUT.directory(), OPTIONS, files, () -> new UUID(5, 6));
    }

    private static ExceptionStore replayed(FileStore store) throws IOException {
        store.exceptions().replay(new Replayed());
        return store.exceptions();
    }

    private static List<ChunkLocation> preserve(ExceptionStore store, long version, long owner, int chunks)
            throws Exception {
        store.commit(version(version, owner)).get();
        List<ChunkLocation> locations = new ArrayList<>();
        for (long chunk = 0; chunk < chunks; chunk++) {
            locations.add(store.commitChunk(version, chunk, content(version << 20 | chunk))
                    .get());
        }
        return locations;
    }

    @Test
    void oneForceServesAllThatWait() throws Exception {
        try (FileStore store = open()) {
            ExceptionStore exceptions = replayed(store);
            exceptions.commit(version(1)).get();
            int before = files.fileForces();
            List<CompletableFuture<?>> commits = new ArrayList<>();
            synchronized (files) { // the committer stands still while it wants to write
                for (long version = 2; version < 100; version++) {
                    commits.add(exceptions.commit(version(version)));
                }
            }
            CompletableFuture.allOf(commits.toArray(new CompletableFuture<?>[0]))
                    .get();
            assertThat(files.fileForces() - before).isBetween(1, 3);
        }
    }

    @Test
    void aFrameOfAChunkTakesAtMost64BytesMore() throws Exception {
        try (FileStore store = open()) {
            List<ChunkLocation> locations = preserve(replayed(store), 1, 2, 3);
            long stride = LogPosition.offset(locations.get(1).value())
                    - LogPosition.offset(locations.get(0).value());
            assertThat(stride).isBetween(4096L + 32 + 1, 4096L + 32 + 2 * 64); // a mark may lie between
            assertThat(LogFormat.FRAME_HEAD_BYTES + LogFormat.CHUNK_RECORD_BYTES)
                    .isLessThanOrEqualTo(64);
        }
    }

    @Test
    void aDropGivesWholeSegmentsBackAndTheTombstonesToo() throws Exception {
        try (FileStore store = open()) {
            ExceptionStore exceptions = replayed(store);
            preserve(exceptions, 1, 2, 60);
            preserve(exceptions, 2, 4, 1);
            assertThat(exceptions.usage().liveBytes()).isGreaterThan(61 * 4096);
            exceptions.commit(new VersionFreed(1)).get();
            assertThat(exceptions.usage().liveBytes()).isLessThan(3 * 4096);
            exceptions.compact();
            assertThat(exceptions.usage().totalBytes()).isLessThan(3 * 4096);
            assertThat(files.list(LAYOUT.log())).hasSize(1);
        }
        assertThat(reopened().versions).containsOnlyKeys(2L);
    }

    @Test
    void compactionKeepsWhatIsLiveWhereItWas() throws Exception {
        List<ChunkLocation> locations;
        try (FileStore store = open()) {
            ExceptionStore exceptions = replayed(store);
            locations = preserve(exceptions, 1, 2, 60);
            exceptions.commit(new ChunksFreed(1, new ChunkRange(0, 7))).get();
            exceptions.commit(new ChunksFreed(1, new ChunkRange(9, 40))).get();
            long before = exceptions.usage().totalBytes();
            exceptions.compact();
            assertThat(exceptions.usage().totalBytes()).isLessThan(before / 2);
            assertThat(exceptions.read(locations.get(7))).isEqualTo(content(1 << 20 | 7));
            assertThat(exceptions.read(locations.get(55))).isEqualTo(content(1 << 20 | 55));
        }
        Replayed replayed = reopened();
        assertThat(replayed.location(1, 8)).isEqualTo(locations.get(8));
        assertThat(replayed.chunks).hasSize(13);
        try (FileStore store = open()) {
            ExceptionStore exceptions = replayed(store);
            exceptions.commit(new VersionFreed(1)).get();
            exceptions.compact();
            assertThat(exceptions.usage().liveBytes()).isLessThan(1000);
        }
        assertThat(reopened().versions).isEmpty();
    }

    @Test
    void aChunkThatComesBackAfterItWasFreedIsLive() throws Exception {
        try (FileStore store = open()) {
            ExceptionStore exceptions = replayed(store);
            preserve(exceptions, 1, 2, 30);
            exceptions.commit(new ChunksFreed(1, new ChunkRange(0, 30))).get();
            ChunkLocation again = exceptions.commitChunk(1, 3, content(99)).get();
            preserve(exceptions, 2, 4, 20);
            exceptions.compact();
            assertThat(exceptions.read(again)).isEqualTo(content(99));
        }
        assertThat(reopened().chunks.keySet())
                .filteredOn(address -> address.version() == 1)
                .hasSize(1);
    }

    @Test
    void aNumberThatComesAgainAfterItWasFreedIsLive() throws Exception {
        try (FileStore store = open()) {
            ExceptionStore exceptions = replayed(store);
            preserve(exceptions, 1, 2, 20);
            preserve(exceptions, 2, 2, 1);
            exceptions.commit(new VersionFreed(1)).get();
            List<ChunkLocation> again = preserve(exceptions, 1, 2, 3);
            preserve(exceptions, 3, 4, 20);
            exceptions.commit(new VersionFreed(3)).get();
            exceptions.compact();
            preserve(exceptions, 4, 6, 1);
            exceptions.compact();
            assertThat(exceptions.read(again.get(2))).isEqualTo(content(1 << 20 | 2));
        }
        Replayed replayed = reopened();
        assertThat(replayed.versions).containsOnlyKeys(1L, 2L, 4L);
        assertThat(replayed.chunks.keySet())
                .filteredOn(address -> address.version() == 1)
                .hasSize(3);
    }

    @Test
    void onlyTheLastBaseOfALineageIsKeptAndNoneWhenItIsFreed() throws Exception {
        try (FileStore store = open()) {
            ExceptionStore exceptions = replayed(store);
            for (long change = 1; change <= 50; change++) {
                exceptions
                        .commit(new BaseChanged(1, new Base(change, 0, change + 1, 0), change))
                        .get();
            }
            assertThat(exceptions.usage().liveBytes()).isLessThan(150);
            exceptions.commit(new LineageFreed(1)).get();
            assertThat(exceptions.usage().liveBytes()).isLessThan(150);
        }
        assertThat(reopened().damages).isEmpty();
    }

    @Test
    void aFullDiskFailsCommitsButNotReadsLossesAndDrops() throws Exception {
        AtomicInteger committed = new AtomicInteger();
        try (FileStore store = open()) {
            ExceptionStore exceptions = replayed(store);
            ChunkLocation first = preserve(exceptions, 1, 2, 10).get(0);
            preserve(exceptions, 2, 2, 1);
            files.limitCapacity(files.used() + 300);
            assertThatThrownBy(() -> commitUntilFull(exceptions, committed))
                    .hasCauseInstanceOf(StoreException.class)
                    .hasMessageContaining("No space left");
            assertThat(exceptions.read(first)).isEqualTo(content(1 << 20));
            exceptions.commitLoss(version(2).header(), "full");
            exceptions.commit(new VersionFreed(1)).get();
            files.limitCapacity(Long.MAX_VALUE);
            exceptions.compact();
            exceptions.commitChunk(2, 6, content(2)).get();
        }
        Replayed replayed = reopened();
        assertThat(replayed.damages).isEmpty();
        assertThat(replayed.versions).containsOnlyKeys(2L);
        assertThat(replayed.lost).containsExactly(2L);
        assertThat(replayed.chunks).hasSize(2 + committed.get());
    }

    private static void commitUntilFull(ExceptionStore exceptions, AtomicInteger committed) throws Exception {
        for (long chunk = 100; chunk < 1_000; chunk++) {
            exceptions.commitChunk(2, chunk, content(1)).get();
            committed.incrementAndGet();
        }
    }

    @Test
    void theStoreGoesOnAfterAForceThatFailed() throws Exception {
        try (FileStore store = open()) {
            ExceptionStore exceptions = replayed(store);
            preserve(exceptions, 1, 2, 2);
            files.failForcesOf(path -> path.startsWith(LAYOUT.log()));
            assertThatThrownBy(() -> exceptions.commitChunk(1, 5, content(1)).get())
                    .hasMessageContaining("Input/output error");
            assertThatThrownBy(() -> exceptions.commitChunk(1, 6, content(1)).get())
                    .hasMessageContaining("Input/output error");
            files.failForcesOf(path -> false);
            exceptions.commitChunk(1, 7, content(7)).get();
        }
        Replayed replayed = reopened();
        assertThat(replayed.damages).isEmpty();
        assertThat(replayed.chunks).hasSize(3);
        assertThat(StoreLayout.segmentNumber(files.list(LAYOUT.log()).get(1))).hasValue(2);
    }

    @Test
    void theFileOfLossesSaysWhenItIsFullAndIsEmptiedIntoTheLog() throws Exception {
        try (FileStore store = open()) {
            ExceptionStore exceptions = replayed(store);
            exceptions.commit(version(1)).get();
            for (long version = 1; version <= OPTIONS.lossSlots(); version++) {
                exceptions.commitLoss(version(version).header(), "reason " + version);
            }
            assertThatThrownBy(() -> exceptions.commitLoss(version(100).header(), "one more"))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("full");
            assertThat(lossesOf(reopenedCopy())).hasSize(OPTIONS.lossSlots());
            exceptions.compact();
            exceptions.commitLoss(version(100).header(), "one more");
        }
        List<VersionLost> losses = lossesOf(reopened());
        assertThat(losses).hasSize(OPTIONS.lossSlots() + 1).contains(new VersionLost(3, "reason 3"));
        assertThat(reopened().versions).containsKeys(1L, 8L, 100L);
    }

    @Test
    void aFreedVersionIsNotLostAnyMore() throws Exception {
        try (FileStore store = open()) {
            ExceptionStore exceptions = replayed(store);
            exceptions.commit(version(1)).get();
            exceptions.commitLoss(version(1).header(), "why");
            exceptions.commit(new VersionFreed(1)).get();
        }
        assertThat(reopened().lost).isEmpty();
    }

    @Test
    void anInterruptedThreadCanStillRecordALoss() throws Exception {
        try (FileStore store = open()) {
            ExceptionStore exceptions = replayed(store);
            Thread.currentThread().interrupt();
            exceptions.commitLoss(version(1).header(), "why");
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(reopened().lost).containsExactly(1L);
    }

    private static List<VersionLost> lossesOf(Replayed replayed) {
        return replayed.records.stream()
                .filter(VersionLost.class::isInstance)
                .map(VersionLost.class::cast)
                .toList();
    }

    private Replayed reopened() throws IOException {
        return replayOf(files);
    }

    private Replayed reopenedCopy() throws IOException {
        return replayOf(files.copy());
    }

    private static Replayed replayOf(CrashFiles files) throws IOException {
        try (FileStore store = FileStore.open(LAYOUT.directory(), OPTIONS, files, () -> new UUID(5, 6))) {
            Replayed replayed = new Replayed();
            store.exceptions().replay(replayed);
            return replayed;
        }
    }
}
