/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.WholeReplica;

class LinkedReplicaStoreTest {
    private static final Path LINKS = Path.of("/volume/volsnap/pool/links");
    private static final Path LIVE = Path.of("/volume/current/pool/finalized");
    private static final SnapshotId OLD = new SnapshotId(2);
    private static final SnapshotId NEW = new SnapshotId(4);

    private final CrashFiles files = new CrashFiles();
    private LinkedReplicaStore store;

    LinkedReplicaStoreTest() throws IOException {
        files.put(LIVE.resolve("VERSION"), new byte[0]);
        store = reopened();
    }

    @BeforeEach
    void open() throws IOException {
        files.createDirectories(LINKS);
        store = reopened();
    }

    private LinkedReplicaStore reopened() throws IOException {
        return new LinkedReplicaStore(files, Samples.POOL, LINKS);
    }

    private static BlockKey key(long id, long stamp) {
        return new BlockKey(Samples.POOL, id, stamp);
    }

    private ReplicaFiles live(BlockKey key) {
        ReplicaFiles live = new ReplicaFiles(
                LIVE.resolve("blk_" + key.blockId()),
                LIVE.resolve("blk_" + key.blockId() + "_" + key.stamp() + ".meta"));
        files.put(live.data(), new byte[] {1, 2, 3, (byte) key.stamp()});
        files.put(live.meta(), new byte[] {9, (byte) key.stamp()});
        return live;
    }

    private WholeReplica kept(BlockKey key, SnapshotId owner) throws IOException {
        store.link(key, owner, live(key));
        store.force();
        return store.find(key, owner).orElseThrow();
    }

    @Test
    void aReplicaIsKeptAsTwoLinksOfTheSameFiles() throws IOException {
        BlockKey key = key(-7, 1001);
        ReplicaFiles live = live(key);
        assertThat(store.link(key, OLD, live)).isEqualTo(6);
        assertThat(store.link(key, OLD, live)).isZero();
        WholeReplica found = store.find(key, OLD).orElseThrow();
        assertThat(found.files().data()).isEqualTo(LINKS.resolve("2/subdir31/subdir31/blk_-7_1001"));
        assertThat(found.files().meta()).isEqualTo(LINKS.resolve("2/subdir31/subdir31/blk_-7_1001.meta"));
        assertThat(files.isSameFile(found.files().data(), live.data())).isTrue();
        assertThat(files.isSameFile(found.files().meta(), live.meta())).isTrue();
        assertThat(store.find(key, NEW)).isEmpty();
        assertThat(store.usedBytes(OLD)).isEqualTo(6);
    }

    @Test
    void directoriesAreThoseOfHadoop() {
        assertThat(ReplicaNames.directory(Path.of("o"), ReplicaNames.directoryIndex(0x123456789aL)))
                .isEqualTo(Path.of("o/subdir" + (0x56 & 0x1f) + "/subdir" + (0x78 & 0x1f)));
        assertThat(ReplicaNames.key("p", "blk_-5_1001.meta")).contains(new BlockKey("p", -5, 1001));
        assertThat(ReplicaNames.key("p", "blk_5")).isEmpty();
        assertThat(ReplicaNames.key("p", "blk_9999999999999999999_1")).isEmpty();
    }

    @Test
    void twoStampsOfOneIdAreKeptSideBySide() throws IOException {
        kept(key(5, 1001), OLD);
        kept(key(5, 1002), OLD);
        assertThat(keys(OLD)).containsExactlyInAnyOrder(key(5, 1001), key(5, 1002));
        kept(key(6, 1003), OLD);
        assertThat(store.keys(key(5, 1001).pool(), 5, OLD)).containsExactlyInAnyOrder(key(5, 1001), key(5, 1002));
        assertThat(store.keys(key(5, 1001).pool(), 7, OLD)).isEmpty();
        assertThat(store.keys(key(5, 1001).pool(), 5, NEW)).isEmpty();
    }

    @Test
    void eachDirectoryIsForcedOnceForManyLinks() throws IOException {
        kept(key(1, 1001), OLD);
        int before = files.directoryForces().size();
        for (long id = 2; id < 50; id++) {
            store.link(key(id, 1001), OLD, live(key(id, 1001)));
        }
        assertThat(files.directoryForces()).hasSize(before);
        store.force();
        assertThat(files.directoryForces().subList(before, before + 1))
                .containsExactly(LINKS.resolve("2/subdir0/subdir0"));
        assertThat(files.directoryForces()).hasSize(before + 1);
    }

    @Test
    void aNewDirectoryIsDurableBeforeAnybodyLinksIntoIt() throws IOException {
        store.link(key(1, 1001), OLD, live(key(1, 1001)));
        assertThat(files.directoryForces()).contains(LINKS.resolve("2/subdir0"), LINKS.resolve("2"), LINKS);
    }

    @Test
    void anotherThreadsForceDoesNotTakeMyLinks() throws Exception {
        store.link(key(1, 1001), OLD, live(key(1, 1001)));
        int before = files.directoryForces().size();
        CompletableFuture.runAsync(() -> {
                    try {
                        store.force();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .get();
        assertThat(files.directoryForces()).hasSize(before);
    }

    @Test
    void halfPairsAreNotSeenAndAreReplacedByTheNextLink() throws IOException {
        BlockKey key = key(5, 1001);
        WholeReplica kept = kept(key, OLD);
        assertThat(files.delete(kept.files().data())).isTrue();
        assertThat(store.find(key, OLD)).isEmpty();
        assertThat(keys(OLD)).isEmpty();
        assertThat(store.owners()).isEmpty();
        assertThat(store.link(key, OLD, live(key))).isEqualTo(6);
        assertThat(files.delete(kept.files().meta())).isTrue();
        assertThat(store.find(key, OLD)).isEmpty();
    }

    @Test
    void theSweepCountsWhatIsThereAndRemovesHalves() throws IOException {
        kept(key(5, 1001), OLD);
        kept(key(5 << 8, 1001), OLD);
        WholeReplica half = kept(key(6, 1001), OLD);
        files.delete(half.files().meta());
        store = reopened();
        assertThat(store.usedBytes(OLD)).isZero();
        store.link(key(7, 1001), OLD, live(key(7, 1001)));
        for (OwnerLinks owner : store.known()) {
            for (int index = 0; index < ReplicaNames.DIRECTORIES; index++) {
                owner.sweep(index);
            }
        }
        assertThat(store.usedBytes(OLD)).isEqualTo(18);
        assertThat(files.exists(half.files().data())).isFalse();
        store.link(key(8, 1001), OLD, live(key(8, 1001)));
        assertThat(store.usedBytes(OLD)).isEqualTo(24);
    }

    @Test
    void handDownLeavesThePairSomewhereAtEveryMoment() throws IOException {
        BlockKey key = key(5, 1001);
        store.handDown(kept(key, NEW), OLD);
        assertThat(store.find(key, NEW)).isPresent();
        assertThat(store.find(key, OLD)).isPresent();
        store.force();
        assertThat(store.find(key, NEW)).isEmpty();
        assertThat(store.find(key, OLD)).isPresent();
        assertThat(store.usedBytes(NEW)).isZero();
        assertThat(store.usedBytes(OLD)).isEqualTo(6);
        assertThat(store.owners()).containsExactly(OLD);
        assertThat(files.exists(LINKS.resolve("4"))).isFalse();
    }

    @Test
    void handDownToAnOwnerThatHasTheKeyKeepsTheFirst() throws IOException {
        BlockKey key = key(5, 1001);
        WholeReplica older = kept(key, OLD);
        byte[] first = files.get(older.files().data());
        WholeReplica newer = kept(key, NEW);
        store.handDown(newer, OLD);
        store.force();
        assertThat(files.get(older.files().data())).isEqualTo(first);
        assertThat(keys(NEW)).isEmpty();
        assertThat(keys(OLD)).containsExactly(key);
    }

    @Test
    void moveOutPutsThePairBackAndCanBeRepeated() throws IOException {
        BlockKey key = key(5, 1001);
        ReplicaFiles live = live(key);
        store.link(key, OLD, live);
        files.delete(live.data());
        files.delete(live.meta());
        WholeReplica kept = store.find(key, OLD).orElseThrow();
        store.moveOut(kept, live);
        store.moveOut(kept, live);
        store.force();
        assertThat(files.get(live.data())).isEqualTo(new byte[] {1, 2, 3, (byte) 1001});
        assertThat(files.linksOf(live.data())).isEqualTo(1);
        assertThat(files.linksOf(live.meta())).isEqualTo(1);
        assertThat(store.find(key, OLD)).isEmpty();
    }

    @Test
    void moveOutDoesNotReplaceAnotherFile() throws IOException {
        BlockKey key = key(5, 1001);
        WholeReplica kept = kept(key, OLD);
        ReplicaFiles other = live(key);
        assertThatThrownBy(() -> store.moveOut(kept, other)).isInstanceOf(FileAlreadyExistsException.class);
        store.force();
        assertThat(store.find(key, OLD)).isPresent();
    }

    @Test
    void removeUnlinksAndLeavesNoEmptyDirectories() throws IOException {
        WholeReplica first = kept(key(5, 1001), OLD);
        WholeReplica second = kept(key(6, 1001), OLD);
        store.remove(first);
        store.remove(first);
        store.force();
        assertThat(keys(OLD)).containsExactly(key(6, 1001));
        store.remove(second);
        store.force();
        assertThat(files.exists(LINKS.resolve("2"))).isFalse();
        assertThat(store.usedBytes(OLD)).isZero();
        kept(key(7, 1001), OLD);
        assertThat(keys(OLD)).containsExactly(key(7, 1001));
    }

    @Test
    void manyThreadsLinkAndRemoveInOneDirectory() throws Exception {
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            long first = thread * 50L;
            done.add(CompletableFuture.runAsync(() -> linkAndRemove(first, 50)));
        }
        CompletableFuture.allOf(done.toArray(new CompletableFuture<?>[0])).get();
        Set<BlockKey> expected = new HashSet<>();
        for (long id = 1; id < 200; id += 2) {
            expected.add(key(id, 1001));
        }
        assertThat(keys(OLD)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(store.usedBytes(OLD)).isEqualTo(6L * expected.size());
    }

    private void linkAndRemove(long first, int count) {
        try {
            for (long id = first; id < first + count; id++) {
                WholeReplica kept = kept(key(id, 1001), OLD);
                if (id % 2 == 0) {
                    store.remove(kept);
                    store.force();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<BlockKey> keys(SnapshotId owner) throws IOException {
        try (Stream<WholeReplica> replicas = store.list(owner)) {
            return replicas.map(WholeReplica::key).toList();
        }
    }
}
