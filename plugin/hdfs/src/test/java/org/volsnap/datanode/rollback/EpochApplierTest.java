/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.datanode.rollback.Blocks.random;
import static org.volsnap.model.VersionState.FINALIZED;
import static org.volsnap.model.VersionState.OPEN;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.datanode.rollback.RollbackWorld.Expected;
import org.volsnap.datanode.rollback.RollbackWorld.Seen;
import org.volsnap.model.VersionState;

/**
 * On real directories, stores and engine. Snapshot 1 is the target with T at stamp 1000, snapshot 2 the safety
 * snapshot.
 */
class EpochApplierTest {
    private static final long T = 1_000;
    private static final long SAFETY = 4_000;
    private static final long NEW_STAMP = 9_000;

    @TempDir
    Path directory;

    private RollbackWorld world;

    @BeforeEach
    void open() throws IOException {
        world = new RollbackWorld(directory, 2);
    }

    @AfterEach
    void close() throws IOException {
        world.close();
    }

    private static Map<Long, Seen> expect(long blockId, long stamp, VersionState state, byte[] bytes) {
        return new Expected().with(blockId, stamp, state, bytes).map();
    }

    private RollbackCounts rollback() throws IOException {
        return world.rollback(1, T, NEW_STAMP);
    }

    @Test
    void anUnchangedReplicaIsLeftAlone() throws IOException {
        byte[] bytes = random(1, 10_000);
        world.create(0, 5, 900, FINALIZED, bytes);
        world.snapshot(1, T);
        world.snapshot(2, SAFETY);
        Object inode = Files.getAttribute(world.live(5).files().data(), "unix:ino");
        assertThat(rollback()).isEqualTo(new RollbackCounts(1, 0, 0, 0, 0));
        assertThat(world.onDisk()).isEqualTo(expect(5, 900, FINALIZED, bytes));
        assertThat(Files.getAttribute(world.live(5).files().data(), "unix:ino")).isEqualTo(inode);
    }

    @Test
    void nothingCountsWhereThisDataNodeWasLeftOutOfTheTarget() throws IOException {
        byte[] unchanged = random(1, 10_000);
        byte[] open = random(2, 300);
        byte[] later = random(3, 50);
        world.create(0, 5, 900, FINALIZED, unchanged);
        world.create(1, 6, 901, OPEN, open);
        world.create(0, 7, NEW_STAMP, FINALIZED, later);
        world.snapshot(2, SAFETY);
        world.recordOpen(2, 6);
        world.leftOut = true;
        assertThat(rollback()).isEqualTo(new RollbackCounts(1, 0, 0, 2, 0));
        assertThat(world.onDisk()).isEqualTo(expect(7, NEW_STAMP, FINALIZED, later));
        assertThat(world.asOf(2, 5, 900)).hasValue(unchanged);
        assertThat(world.asOf(2, 6, 901)).hasValue(open);
    }

    @Test
    void aDeletedReplicaComesBack() throws IOException {
        byte[] bytes = random(1, 10_000);
        world.create(1, 5, 900, FINALIZED, bytes);
        world.snapshot(1, T);
        world.delete(5);
        world.snapshot(2, SAFETY);
        assertThat(rollback()).isEqualTo(new RollbackCounts(0, 0, 1, 0, 0));
        assertThat(world.onDisk()).isEqualTo(expect(5, 900, FINALIZED, bytes));
        assertThat(world.asOf(1, 5, 900)).hasValue(bytes);
    }

    @Test
    void anAppendedReplicaIsCutAndItsLastChecksumComesBack() throws IOException {
        byte[] bytes = random(1, 10_001);
        world.create(0, 5, 900, FINALIZED, bytes);
        world.snapshot(1, T);
        world.append(5, 1_500, random(2, 7_000));
        byte[] appended = Files.readAllBytes(world.live(5).files().data());
        world.snapshot(2, SAFETY);
        assertThat(rollback()).isEqualTo(new RollbackCounts(0, 1, 0, 0, 0));
        assertThat(world.onDisk()).isEqualTo(expect(5, 900, FINALIZED, bytes));
        assertThat(world.asOf(2, 5, 1_500)).hasValue(appended);
    }

    @Test
    void aTruncatedReplicaIsFilledAgain() throws IOException {
        byte[] bytes = random(1, 30_001);
        world.create(0, 5, 900, FINALIZED, bytes);
        world.snapshot(1, T);
        world.truncate(5, 1_500, 9_001);
        world.snapshot(2, SAFETY);
        assertThat(rollback()).isEqualTo(new RollbackCounts(0, 1, 0, 0, 0));
        assertThat(world.onDisk()).isEqualTo(expect(5, 900, FINALIZED, bytes));
        assertThat(world.asOf(2, 5, 1_500)).hasValue(Arrays.copyOf(bytes, 9_001));
    }

    @Test
    void aReplicaThatWasAppendedTruncatedAndDeletedComesBack() throws IOException {
        byte[] bytes = random(1, 20_001);
        world.create(0, 5, 900, FINALIZED, bytes);
        world.snapshot(1, T);
        world.append(5, 1_500, random(2, 7_000));
        world.truncate(5, 1_600, 8_100);
        world.append(5, 1_700, random(3, 20_000));
        world.delete(5);
        world.snapshot(2, SAFETY);
        assertThat(rollback()).isEqualTo(new RollbackCounts(0, 1, 1, 0, 0));
        assertThat(world.onDisk()).isEqualTo(expect(5, 900, FINALIZED, bytes));
    }

    @Test
    void aReplicaThatWasMadeAfterTGoesAndTheSafetySnapshotKeepsIt() throws IOException {
        byte[] bytes = random(1, 5_000);
        world.snapshot(1, T);
        world.create(0, 5, 1_500, FINALIZED, bytes);
        world.create(1, 6, 1_501, OPEN, random(2, 100));
        world.snapshot(2, SAFETY);
        assertThat(rollback()).isEqualTo(new RollbackCounts(0, 0, 0, 2, 0));
        assertThat(world.onDisk()).isEmpty();
        assertThat(world.asOf(2, 5, 1_500)).hasValue(bytes);
    }

    @Test
    void aReplicaThatWasWrittenAfterTheRollbackStays() throws IOException {
        byte[] bytes = random(1, 5_000);
        world.snapshot(1, T);
        world.snapshot(2, SAFETY);
        world.create(0, 5, NEW_STAMP, FINALIZED, bytes);
        assertThat(rollback()).isEqualTo(new RollbackCounts(1, 0, 0, 0, 0));
        assertThat(world.onDisk()).isEqualTo(expect(5, NEW_STAMP, FINALIZED, bytes));
    }

    @Test
    void aReplicaOpenAtTIsCutToItsLengthThenWhateverBecameOfIt() throws IOException {
        byte[] bytes = random(1, 10_001);
        byte[] longer = Arrays.copyOf(bytes, 12_345);
        world.create(0, 5, 900, OPEN, bytes);
        world.create(0, 6, 901, OPEN, bytes);
        world.create(1, 7, 902, OPEN, bytes);
        world.create(1, 8, 903, OPEN, bytes);
        world.snapshot(1, T);
        for (long blockId = 5; blockId <= 8; blockId++) {
            world.recordOpen(1, blockId);
            world.write(blockId, longer);
        }
        world.finalizeReplica(6);
        world.finalizeReplica(7);
        world.append(7, 1_500, random(2, 600));
        world.finalizeReplica(8);
        world.delete(8);
        world.snapshot(2, SAFETY);
        rollback();
        assertThat(world.onDisk())
                .isEqualTo(new Expected()
                        .with(5, 900, OPEN, bytes)
                        .with(6, 901, OPEN, bytes)
                        .with(7, 902, OPEN, bytes)
                        .with(8, 903, OPEN, bytes)
                        .map());
    }

    @Test
    void ofSeveralStampsTheLargestOfTComesBack() throws IOException {
        byte[] stale = random(1, 3_000);
        byte[] good = random(2, 4_000);
        world.create(0, 5, 800, FINALIZED, stale);
        world.snapshot(1, T);
        world.delete(5);
        world.create(1, 5, 900, FINALIZED, good);
        world.delete(5);
        world.snapshot(2, SAFETY);
        rollback();
        assertThat(world.onDisk()).isEqualTo(expect(5, 900, FINALIZED, good));
    }

    @Test
    void aStaleReplicaGivesWayToTheOneOfT() throws IOException {
        byte[] good = random(2, 4_000);
        world.create(1, 5, 900, FINALIZED, good);
        world.snapshot(1, T);
        world.delete(5);
        world.create(0, 5, 800, FINALIZED, random(1, 3_000));
        world.snapshot(2, SAFETY);
        rollback();
        assertThat(world.onDisk()).isEqualTo(expect(5, 900, FINALIZED, good));
    }

    @Test
    void aCopyThatCameBackByReplicationIsAsGoodAsTheStoredOne() throws IOException {
        byte[] bytes = random(2, 4_000);
        world.create(1, 5, 900, FINALIZED, bytes);
        world.snapshot(1, T);
        world.delete(5);
        world.create(0, 5, 900, FINALIZED, bytes);
        world.snapshot(2, SAFETY);
        assertThat(rollback()).isEqualTo(new RollbackCounts(1, 0, 0, 0, 0));
        assertThat(world.onDisk()).isEqualTo(expect(5, 900, FINALIZED, bytes));
    }

    @Test
    void aChangeThatNobodySawIsLostNeverPresentedAsGood() throws IOException {
        byte[] bytes = random(1, 10_001);
        world.create(0, 5, 900, FINALIZED, bytes);
        world.snapshot(1, T);
        world.append(5, 1_500, random(2, 100));
        Files.move(world.live(5).files().meta(), world.live(5).files().meta().resolveSibling("blk_5_1600.meta"));
        world.snapshot(2, SAFETY);
        assertThat(rollback()).isEqualTo(new RollbackCounts(0, 0, 0, 1, 1));
        assertThat(world.onDisk()).isEmpty();
    }

    @Test
    void hadoopsCachesOfWhatLiesThereGo() throws IOException {
        world.snapshot(1, T);
        Path current = world.volume(0).current(RollbackWorld.POOL);
        Files.writeString(current.resolve("replicas"), "stale");
        Files.writeString(current.resolve("dfsUsed"), "stale");
        Path elsewhere = directory.resolve("caches");
        world.conf.set("dfs.datanode.replica.cache.root.dir", elsewhere.toString());
        Path replicas = Path.of(elsewhere.toString(), current.toRealPath().toString(), "replicas");
        Files.createDirectories(Blocks.directoryOf(replicas));
        Files.writeString(replicas, "stale");
        Path memory = directory.resolve("pmem");
        world.conf.set("dfs.datanode.pmem.cache.dirs", memory.toString());
        Path cached = memory.resolve("hdfs_pmem_cache/" + RollbackWorld.POOL + "/subdir0/subdir0/5");
        Files.createDirectories(Blocks.directoryOf(cached));
        Files.writeString(cached, "stale");
        rollback();
        assertThat(world.onDisk()).isEmpty();
        assertThat(replicas).doesNotExist();
        assertThat(cached).doesNotExist();
    }

    @Test
    void onlyTheStorageVolumesThatAreBehindAreTouched() throws IOException {
        byte[] bytes = random(1, 5_000);
        world.snapshot(1, T);
        world.create(0, 5, 1_500, FINALIZED, bytes);
        world.create(1, 6, 1_501, FINALIZED, bytes);
        world.snapshot(2, SAFETY);
        world.rollback(1, T, NEW_STAMP, step -> {}, List.of(world.volume(1)));
        assertThat(world.onDisk()).isEqualTo(expect(5, 1_500, FINALIZED, bytes));
    }

    @Test
    void aRollbackToTheSafetySnapshotUndoesIt() throws IOException {
        byte[] bytes = random(1, 10_001);
        world.create(0, 5, 900, FINALIZED, bytes);
        world.create(0, 6, 901, FINALIZED, bytes);
        world.snapshot(1, T);
        world.append(5, 1_500, random(2, 7_000));
        world.truncate(6, 1_501, 5_000);
        world.create(1, 7, 1_502, FINALIZED, random(3, 800));
        Map<Long, Seen> before = world.onDisk();
        world.snapshot(2, SAFETY);
        rollback();
        assertThat(world.onDisk())
                .isEqualTo(new Expected()
                        .with(5, 900, FINALIZED, bytes)
                        .with(6, 901, FINALIZED, bytes)
                        .map());
        world.snapshot(3, NEW_STAMP + 1);
        world.rollback(2, SAFETY, 2 * NEW_STAMP);
        assertThat(world.onDisk()).isEqualTo(before);
        assertThat(world.asOf(1, 5, 900)).hasValue(bytes);
        assertThat(world.asOf(1, 6, 901)).hasValue(bytes);
    }

    @Test
    void applyingItTwiceChangesNothing() throws IOException {
        world.create(0, 5, 900, FINALIZED, random(1, 10_001));
        world.create(0, 6, 901, FINALIZED, random(2, 10_001));
        world.snapshot(1, T);
        world.append(5, 1_500, random(2, 7_000));
        world.delete(6);
        world.snapshot(2, SAFETY);
        rollback();
        Map<Long, Seen> after = world.onDisk();
        assertThat(rollback()).isEqualTo(new RollbackCounts(2, 0, 0, 0, 0));
        assertThat(world.onDisk()).isEqualTo(after);
    }
}
