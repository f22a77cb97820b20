/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.volsnap.store.file.Samples.OPTIONS;
import static org.volsnap.store.file.Samples.content;
import static org.volsnap.store.file.Samples.version;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.Base;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreRecord.BaseChanged;
import org.volsnap.store.StoreRecord.ChunksFreed;
import org.volsnap.store.StoreRecord.LineageFreed;
import org.volsnap.store.StoreRecord.VersionFreed;
import org.volsnap.store.StoreRecord.VersionHandedDown;
import org.volsnap.store.StoreRecord.VersionLost;
import org.volsnap.store.file.Replayed.ChunkAddress;

class FileStoreTest {
    @TempDir
    private Path directory;

    @Test
    void everyKindOfRecordComesBackInCommitOrder() throws Exception {
        StoreRecord[] records = {
            version(1),
            new BaseChanged(1, new Base(1, 2, 3, 4), 5),
            version(2),
            new VersionLost(2, "größer als gedacht"),
            new VersionHandedDown(1, new SnapshotId(7), true),
            new ChunksFreed(1, new ChunkRange(3, 4)),
            new LineageFreed(2),
            new VersionFreed(2),
        };
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            assertThat(replay(store).records).isEmpty();
            for (StoreRecord record : records) {
                store.exceptions().commit(record).get();
            }
        }
        assertThat(reopened().records).containsExactly(records);
    }

    @Test
    void chunksComeBackWithTheirChecksumsAlsoShortOnes() throws Exception {
        ChunkLocation first;
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            replay(store);
            ExceptionStore exceptions = store.exceptions();
            exceptions.commit(version(1)).get();
            first = exceptions.commitChunk(1, 0, content(10)).get();
            exceptions.commitChunk(1, 2, content(12, 77)).get();
            assertSame(exceptions.read(first), content(10));
        }
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            Replayed replayed = replay(store);
            assertThat(replayed.chunks).containsOnlyKeys(new ChunkAddress(1, 0), new ChunkAddress(1, 2));
            assertThat(replayed.chunks).containsEntry(new ChunkAddress(1, 0), first);
            assertThat(replayed.lengths).containsEntry(new ChunkAddress(1, 2), 77);
            assertSame(store.exceptions().read(replayed.location(1, 2)), content(12, 77));
        }
    }

    @Test
    void aStoreKeepsItsIdAndGrowsOverManySegments() throws Exception {
        String id;
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            replay(store);
            id = store.exceptions().id();
            store.exceptions().commit(version(1)).get();
            for (int chunk = 0; chunk < 100; chunk++) {
                store.exceptions().commitChunk(1, chunk, content(chunk)).get();
            }
        }
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            Replayed replayed = replay(store);
            assertThat(store.exceptions().id()).isEqualTo(id);
            for (int chunk = 0; chunk < 100; chunk++) {
                ChunkLocation location = replayed.location(1, chunk);
                assertSame(store.exceptions().read(location), content(chunk));
            }
        }
    }

    @Test
    void aSecondOpenIsRefusedAndNamesTheDirectory() throws Exception {
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            assertThat(store.exceptions().id()).isNotEmpty();
            assertThatThrownBy(() -> FileStore.open(directory, OPTIONS))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("in use");
        }
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            assertThat(store.exceptions().id()).isNotEmpty();
        }
    }

    @Test
    void aStoreSwappedInFromElsewhereIsRefused() throws Exception {
        FileStore.open(directory, OPTIONS).close();
        FileStoreOptions other = FileStoreOptions.of(
                Samples.POOL, Map.of("cluster id", "CID-2", "datanode uuid", "dn-1"), OPTIONS.geometry());
        assertThatThrownBy(() -> FileStore.open(directory, other))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("cluster id is CID-1, expected CID-2");
        FileStoreOptions coarse = FileStoreOptions.of(Samples.POOL, OPTIONS.identity(), new ChunkGeometry(16));
        assertThatThrownBy(() -> FileStore.open(directory, coarse))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("4096")
                .hasMessageContaining("65536");
    }

    @Test
    void aClosedStoreFailsCommitsAndDoesNotHang() throws Exception {
        FileStore store = FileStore.open(directory, OPTIONS);
        replay(store);
        store.close();
        store.close();
        assertThatThrownBy(() -> store.exceptions().commit(version(1)).get())
                .hasCauseInstanceOf(StoreException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void aVersionOfAnotherPoolIsRefused() throws Exception {
        FileStoreOptions other = FileStoreOptions.of("BP-2", Map.of(), OPTIONS.geometry());
        try (FileStore store = FileStore.open(directory, other)) {
            replay(store);
            assertThatThrownBy(() -> store.exceptions().commit(version(1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void replayComesFirstAndOnce() throws Exception {
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            assertThatThrownBy(() -> store.exceptions().commit(version(1))).isInstanceOf(IllegalStateException.class);
            replay(store);
            assertThatThrownBy(() -> replay(store)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void anEmptyStoreHoldsNoContentAndOneWithAVersionDoes() throws Exception {
        assertThat(FileStore.holdsContent(directory)).isFalse();
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            replay(store);
            assertThat(FileStore.holdsContent(directory)).isFalse();
            store.exceptions().commit(version(1)).get();
            assertThat(FileStore.holdsContent(directory)).isTrue();
        }
        assertThat(FileStore.holdsContent(directory)).isTrue();
    }

    @Test
    void aLossIsContent() throws Exception {
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            replay(store);
            store.exceptions().commitLoss(version(9).header(), "why");
        }
        assertThat(FileStore.holdsContent(directory)).isTrue();
        assertThat(reopened().lost).containsExactly(9L);
    }

    private static void assertSame(ChunkContent actual, ChunkContent expected) {
        assertThat(actual).isEqualTo(expected);
    }

    private static Replayed replay(FileStore store) throws IOException {
        Replayed replayed = new Replayed();
        store.exceptions().replay(replayed);
        return replayed;
    }

    private Replayed reopened() throws IOException {
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            Replayed replayed = replay(store);
            assertThat(replayed.damages).isEmpty();
            return replayed;
        }
    }
}
