/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.Base;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.WholeReplica;

class MemoryStoresTest {
    private static final BlockKey KEY = new BlockKey("BP-1", 7, 1001);
    private static final SnapshotId OWNER = SnapshotId.ofRegistry(1);

    @TempDir
    Path directory;

    private final MemoryContent content = new MemoryContent("store");
    private final MemoryExceptionStore store = new MemoryExceptionStore(content);

    private static VersionHeader header(long number) {
        return new VersionHeader(number, 1, KEY, OWNER, 1000, VersionState.FINALIZED, VersionHeader.NEVER, new byte[0]);
    }

    private static ChunkContent chunk(String text) {
        return ChunkContent.plain(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    private static final class Seen implements ExceptionStore.Replay {
        private final List<StoreRecord> records = new ArrayList<>();
        private final List<Long> chunks = new ArrayList<>();

        @Override
        public void record(StoreRecord record) {
            records.add(record);
        }

        @Override
        public void chunk(long version, long chunk, ChunkLocation location, int dataLengthBytes) {
            chunks.add(chunk);
        }

        @Override
        public void damaged(String fileAndOffset, String reason) {
            throw new AssertionError(fileAndOffset + reason);
        }
    }

    private static Seen replay(ExceptionStore store) throws IOException {
        Seen seen = new Seen();
        store.replay(seen);
        return seen;
    }

    @Test
    void anotherHandleOnTheContentSeesWhatWasCommitted() throws Exception {
        StoreRecord.BaseChanged base = new StoreRecord.BaseChanged(1, new Base(1, 2, 3, 4), 9);
        store.commit(new StoreRecord.VersionPreserved(header(2))).get();
        store.commit(base).get();
        store.commitChunk(2, 5, chunk("five")).get();
        store.commitChunk(2, 6, chunk("six")).get();
        store.commit(new StoreRecord.ChunksFreed(2, ChunkRange.of(6))).get();
        store.commitLoss(header(3), "full");
        store.close();

        Seen seen = replay(new MemoryExceptionStore(content));
        assertThat(seen.records)
                .containsExactly(
                        new StoreRecord.VersionPreserved(header(2)),
                        new StoreRecord.VersionPreserved(header(3)),
                        new StoreRecord.VersionLost(3, "full"),
                        base);
        assertThat(seen.chunks).containsExactly(5L);
    }

    @Test
    void aChunkIsTheCallersAgainOnceItIsCommitted() throws Exception {
        byte[] bytes = "five".getBytes(UTF_8);
        store.commit(new StoreRecord.VersionPreserved(header(2))).get();
        ChunkLocation location = store.commitChunk(2, 5, ChunkContent.plain(ByteBuffer.wrap(bytes)))
                .get();
        bytes[0] = 'h';
        assertThat(store.read(location)).isEqualTo(chunk("five"));
    }

    @Test
    void whatIsFreedTakesNoSpaceAndCantBeRead() throws Exception {
        store.commit(new StoreRecord.VersionPreserved(header(2))).get();
        ChunkLocation location = store.commitChunk(2, 5, chunk("five")).get();
        assertThat(store.usage().liveBytes()).isEqualTo(4);
        store.commit(new StoreRecord.VersionFreed(2)).get();
        assertThat(store.usage().liveBytes()).isZero();
        assertThatThrownBy(() -> store.read(location)).isInstanceOf(StoreCorruptException.class);
        assertThatThrownBy(() -> store.commitChunk(2, 6, chunk("six")).get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(StoreException.class);
    }

    @Test
    void aClosedStoreSaysSo() {
        store.close();
        assertThatThrownBy(() -> replay(store)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> store.commitLoss(header(1), "full")).hasMessageContaining("closed");
    }

    // ---- whole replicas

    private ReplicaFiles replica() throws IOException {
        return new ReplicaFiles(
                Files.writeString(directory.resolve("blk_7"), "data"),
                Files.writeString(directory.resolve("blk_7_1001.meta"), "meta"));
    }

    @Test
    void aLinkOutlivesTheReplicaAndIsFoundUnderBothOwnersUntilItIsForced() throws IOException {
        MemoryReplicaStore replicas = new MemoryReplicaStore(directory.resolve("store"));
        ReplicaFiles live = replica();
        assertThat(replicas.link(KEY, OWNER, live)).isEqualTo(8);
        assertThat(replicas.link(KEY, OWNER, live)).isZero();
        Files.delete(live.data());
        SnapshotId older = SnapshotId.provisionalAfter(0);
        WholeReplica kept = replicas.find(KEY, OWNER).orElseThrow();
        replicas.handDown(kept, older);
        assertThat(replicas.owners()).containsExactlyInAnyOrder(OWNER, older);
        replicas.force();
        assertThat(replicas.owners()).containsExactly(older);
        assertThat(replicas.list(older))
                .singleElement()
                .satisfies(replica -> assertThat(replica.files().data()).hasContent("data"));
        assertThat(replicas.usedBytes(older)).isEqualTo(8);
    }

    @Test
    void whatMovesOutIsInBothPlacesUntilItIsForced() throws IOException {
        MemoryReplicaStore replicas = new MemoryReplicaStore(directory.resolve("store"));
        ReplicaFiles live = replica();
        replicas.link(KEY, OWNER, live);
        Files.delete(live.data());
        WholeReplica kept = replicas.find(KEY, OWNER).orElseThrow();
        replicas.moveOut(kept, live);
        assertThat(replicas.find(KEY, OWNER)).contains(kept);
        assertThat(live.data()).hasContent("data");
        replicas.force();
        assertThat(replicas.find(KEY, OWNER)).isEmpty();
        assertThat(kept.files().data()).doesNotExist();
        replicas.link(KEY, OWNER, live);
        Files.delete(live.data());
        Files.writeString(live.data(), "another");
        assertThatThrownBy(() -> replicas.moveOut(kept, live)).isInstanceOf(FileAlreadyExistsException.class);
    }
}
