/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.engine.MergeProgress.State;

class OnlineMergeTest {
    private static final int SECTORS = 256;
    private static final int SECTOR = DeviceBench.SECTOR;

    @TempDir
    Path directory;

    private DeviceBench bench;

    @BeforeEach
    void wreck() throws IOException {
        bench = wrecked();
    }

    /** Snapshot 1, to be merged, with copies and writes of its own; 2, of another chunk size, to be left alone. */
    private DeviceBench wrecked() throws IOException {
        DeviceBench made = new DeviceBench(directory, SECTORS, 1);
        made.snapshot(1, 8, 512);
        made.write(16, 24, 2);
        made.writeSnapshot(1, 100, 3, 3);
        made.writeSnapshot(1, 64, 8, 4);
        made.snapshot(2, 16, 1024);
        made.write(200, 8, 5);
        return made;
    }

    @AfterEach
    void close() throws IOException {
        bench.close();
    }

    private static byte[] with(byte[] content, int sector, byte[] data) {
        byte[] changed = content.clone();
        System.arraycopy(data, 0, changed, sector * SECTOR, data.length);
        return changed;
    }

    private static void write(OnlineMerge merge, int sector, byte[] data) throws IOException {
        merge.write((long) sector * SECTOR, ByteBuffer.wrap(data));
    }

    @Test
    void theOriginBecomesTheSnapshotAndOthersStayAsTheyAre() throws IOException {
        byte[] merged = bench.view(1);
        byte[] other = bench.view(2);
        OnlineMerge merge = bench.merge(1);
        merge.start();
        assertThat(merge.awaitEnd()).isEqualTo(State.DONE);
        assertThat(bench.origin.content()).isEqualTo(merged);
        assertThat(bench.view(2)).isEqualTo(other);
        assertThat(merge.progress().left()).isZero();
        assertThat(merge.progress().merged()).isEqualTo(6);
    }

    @Test
    void theOriginShowsTheSnapshotBeforeAnythingIsMerged() throws IOException {
        byte[] merged = bench.view(1);
        OnlineMerge merge = bench.merge(1);
        assertThat(bench.read(merge)).isEqualTo(merged);
        assertThat(merge.progress()).isEqualTo(new MergeProgress(State.STOPPED, 0, 6));
        ByteBuffer part = ByteBuffer.allocate(3 * SECTOR);
        merge.read(99L * SECTOR, part);
        assertThat(part.array()).isEqualTo(java.util.Arrays.copyOfRange(merged, 99 * SECTOR, 102 * SECTOR));
    }

    @Test
    void writesBeforeTheMergeComesAreMergedToo() throws IOException {
        byte[] merged = bench.view(1);
        byte[] other = bench.view(2);
        OnlineMerge merge = bench.merge(1);
        byte[] overException = EngineBench.bytes(3 * SECTOR, 10);
        byte[] overOrigin = EngineBench.bytes(20 * SECTOR, 11);
        write(merge, 17, overException);
        write(merge, 150, overOrigin);
        byte[] expected = with(with(merged, 17, overException), 150, overOrigin);
        assertThat(bench.read(merge)).isEqualTo(expected);
        merge.start();
        assertThat(merge.awaitEnd()).isEqualTo(State.DONE);
        assertThat(bench.origin.content()).isEqualTo(expected);
        assertThat(bench.view(2)).isEqualTo(other);
    }

    @Test
    void aWriteToWhatIsBeingMergedWaitsAndOthersDoNot() throws Exception {
        byte[] merged = bench.view(1);
        byte[] other = bench.view(2);
        OnlineMerge merge = bench.merge(1);
        CountDownLatch release = new CountDownLatch(1);
        bench.origin.holdWrites(release);
        merge.start();
        byte[] late = EngineBench.bytes(SECTOR, 12);
        byte[] elsewhere = EngineBench.bytes(SECTOR, 13);
        // The last exception, of snapshot 1's copy of sector 200, is merged first.
        awaitRange(merge);
        CompletableFuture<Void> held = CompletableFuture.runAsync(() -> {
            try {
                write(merge, 201, late);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        write(merge, 17, elsewhere);
        assertThat(held).isNotDone();
        assertThat(bench.read(merge)).isEqualTo(with(merged, 17, elsewhere));
        release.countDown();
        held.get();
        assertThat(merge.awaitEnd()).isEqualTo(State.DONE);
        assertThat(bench.origin.content()).isEqualTo(with(with(merged, 17, elsewhere), 201, late));
        assertThat(bench.view(2)).isEqualTo(other);
    }

    private void awaitRange(OnlineMerge merge) {
        Awaitility.await().until(() -> bench.origin.heldWrites() > 0);
        assertThat(merge.progress().state()).isEqualTo(State.RUNNING);
    }

    @Test
    void stopsAfterARunAndGoesOn() throws Exception {
        byte[] merged = bench.view(1);
        OnlineMerge merge = bench.merge(1);
        CountDownLatch release = new CountDownLatch(1);
        bench.origin.holdWrites(release);
        merge.start();
        awaitRange(merge);
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> {
            try {
                merge.stop();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        Awaitility.await().until(merge::isStopping);
        release.countDown();
        stopped.get();
        MergeProgress half = merge.progress();
        assertThat(half.state()).isEqualTo(State.STOPPED);
        assertThat(half.left()).isPositive();
        assertThat(half.merged()).isPositive();
        assertThat(bench.read(merge)).isEqualTo(merged);
        merge.start();
        assertThat(merge.awaitEnd()).isEqualTo(State.DONE);
        assertThat(merge.progress().merged()).isEqualTo(6);
        assertThat(bench.origin.content()).isEqualTo(merged);
    }

    @Test
    void anotherSnapshotWithoutRoomIsLostAndTheMergeGoesOn() throws IOException {
        byte[] merged = bench.view(1);
        bench.snapshot(3, 8, 24);
        OnlineMerge merge = bench.merge(1);
        merge.start();
        assertThat(merge.awaitEnd()).isEqualTo(State.DONE);
        assertThat(bench.origin.content()).isEqualTo(merged);
        assertThat(bench.device(3).condition()).isEqualTo(SnapshotCondition.INVALID);
        assertThat(bench.device(2).condition()).isEqualTo(SnapshotCondition.VALID);
    }

    @Test
    void aStoreThatFailsEndsTheMergeAndNotTheRestOfTheOrigin() throws IOException {
        OnlineMerge merge = bench.merge(1);
        bench.cow(1).fail(true);
        merge.start();
        assertThat(merge.awaitEnd()).isEqualTo(State.FAILED);
        byte[] data = EngineBench.bytes(SECTOR, 14);
        write(merge, 150, data);
        ByteBuffer read = ByteBuffer.allocate(SECTOR);
        merge.read(150L * SECTOR, read);
        assertThat(read.array()).isEqualTo(data);
        assertThatThrownBy(() -> write(merge, 17, data)).isInstanceOf(IOException.class);
    }

    @Test
    void aPowerCutAtAnyStepChangesNoView() throws IOException {
        byte[] merged = bench.view(1);
        byte[] other = bench.view(2);
        int cuts = 0;
        for (boolean cut = true; cut; cuts++) {
            DeviceBench now = wrecked();
            OnlineMerge merge = now.merge(1);
            now.power.cutAfter(cuts);
            merge.start();
            cut = merge.awaitEnd() != State.DONE || !now.power.isOn();
            now.close();
            try (DeviceBench again = now.afterCut()) {
                assertThat(again.view(1)).as("snapshot 1 after cut %s", cuts).isEqualTo(merged);
                assertThat(again.view(2)).as("snapshot 2 after cut %s", cuts).isEqualTo(other);
                OnlineMerge rest = again.merge(1);
                assertThat(again.read(rest)).isEqualTo(merged);
                rest.start();
                assertThat(rest.awaitEnd()).isEqualTo(State.DONE);
                assertThat(again.origin.content()).isEqualTo(merged);
                assertThat(again.view(2)).isEqualTo(other);
            }
        }
        assertThat(cuts).isGreaterThan(20);
    }
}
