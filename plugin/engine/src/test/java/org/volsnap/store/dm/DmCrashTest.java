/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.MergeRun;
import org.volsnap.store.OverflowPolicy;
import org.volsnap.store.device.CrashDevice;
import org.volsnap.store.device.MemoryDevice;

/** The power is cut at every write and every flush; of what was not flushed, any sector may be old or new. */
class DmCrashTest {
    private static final long ORIGIN = 4096;
    private static final long DEVICE_SECTORS = 600;
    private static final int SEEDS = 6;
    private static final int EXCEPTIONS = 110;
    private static final int[] GROUPS = {1, 3, 40, 2, 50, 14};

    /** What a run has been told before the power went. */
    private static final class Told {
        private boolean lost;
        private final List<Stores.Pair> committed = new ArrayList<>();
        private int removed;
    }

    private interface Scenario {
        void run(DmStore store, Told told) throws IOException;
    }

    /** Writes on one thread, so that every run takes the same steps. */
    private static DmOptions options(int chunkSectors) {
        return new DmOptions("cow", Stores.version(ORIGIN), chunkSectors, OverflowPolicy.INVALIDATE, 0);
    }

    private static void commitGroups(DmStore store, Told told) throws IOException {
        long chunk = 0;
        for (int size : GROUPS) {
            List<CompletableFuture<ChunkLocation>> group = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                store.prepareChunk(Stores.VERSION, chunk + i);
            }
            for (int i = 0; i < size; i++) {
                group.add(store.commitChunk(
                        Stores.VERSION, chunk + i, Stores.content(store.chunkSectors() * 512, chunk + i)));
            }
            for (int i = 0; i < size; i++) {
                if (!group.get(i).isCompletedExceptionally()) {
                    told.committed.add(
                            new Stores.Pair(chunk + i, group.get(i).join().value()));
                }
            }
            chunk += size;
        }
    }

    private static void merge(DmStore store, Told told) throws IOException {
        for (Optional<MergeRun> run = store.lastRun(); run.isPresent(); run = store.lastRun()) {
            store.removeMerged(run.get());
            told.removed += run.get().count();
        }
    }

    /** Runs up to the cut; true when the cut came. */
    private static boolean runUntil(CrashDevice device, int chunkSectors, Scenario scenario, Told told) {
        try (DmStore store = DmStore.open(device, options(chunkSectors))) {
            store.replay(new Stores.Replayed());
            scenario.run(store, told);
        } catch (IOException e) {
            assertThat(device.isOff()).as(e.toString()).isTrue();
        }
        return device.isOff();
    }

    private interface Check {
        void check(Told told, Stores.Replayed replayed, DmStore store) throws IOException;
    }

    /** Every step is the cut once; each time several states of the device are looked at. */
    private static void cutEverywhere(int chunkSectors, Scenario scenario, Check check) throws IOException {
        boolean cut = true;
        int cuts = 0;
        while (cut) {
            CrashDevice device = new CrashDevice(DEVICE_SECTORS * chunkSectors, cuts);
            Told told = new Told();
            cut = runUntil(device, chunkSectors, scenario, told);
            for (int seed = 0; seed < SEEDS; seed++) {
                lookAt(device.afterCut(new Random(seed)), chunkSectors, told, check);
            }
            cuts++;
        }
        assertThat(cuts).isGreaterThan(GROUPS.length);
    }

    private static void lookAt(MemoryDevice image, int chunkSectors, Told told, Check check) throws IOException {
        Stores.Replayed replayed = new Stores.Replayed();
        try (DmStore store = DmStore.open(image, options(chunkSectors))) {
            store.replay(replayed);
            assertThat(replayed.damages).isEmpty();
            for (Stores.Pair pair : replayed.pairs) {
                assertThat(store.read(new ChunkLocation(pair.newChunk())))
                        .isEqualTo(Stores.content(chunkSectors * 512, pair.oldChunk()));
            }
            check.check(told, replayed, store);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatWasCommittedIsThereAndTheRestIsABeginningOfWhatCameNext(int chunkSectors) throws IOException {
        cutEverywhere(chunkSectors, DmCrashTest::commitGroups, (told, replayed, store) -> {
            assertThat(replayed.isLost()).isFalse();
            assertThat(replayed.pairs).startsWith(told.committed.toArray(Stores.Pair[]::new));
            for (int i = 0; i < replayed.pairs.size(); i++) {
                assertThat(replayed.pairs.get(i).oldChunk()).isEqualTo(i);
            }
            goOn(store, replayed);
        });
    }

    private static void goOn(DmStore store, Stores.Replayed replayed) {
        long next =
                replayed.pairs.stream().mapToLong(Stores.Pair::newChunk).max().orElse(1) + 1;
        long used = store.commitChunk(Stores.VERSION, 500, Stores.content(store.chunkSectors() * 512, 500))
                .join()
                .value();
        assertThat(used).isBetween(next, next + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aMergeThatIsCutHasTakenNoMoreThanItWasTold(int chunkSectors) throws IOException {
        Scenario scenario = (store, told) -> {
            commitGroups(store, told);
            merge(store, told);
        };
        cutEverywhere(chunkSectors, scenario, (told, replayed, store) -> {
            assertThat(replayed.isLost()).isFalse();
            int left = replayed.pairs.size();
            if (told.removed == 0) {
                assertThat(left).isBetween(0, EXCEPTIONS);
            } else {
                assertThat(left).isLessThanOrEqualTo(EXCEPTIONS - told.removed);
            }
            for (int i = 0; i < left; i++) {
                assertThat(replayed.pairs.get(i).oldChunk()).isEqualTo(i);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void aLossThatWasToldStays(int chunkSectors) throws IOException {
        Scenario scenario = (store, told) -> {
            store.commitChunk(Stores.VERSION, 0, Stores.content(chunkSectors * 512, 0))
                    .join();
            for (int i = 1; i < GROUPS.length * 2; i++) {
                store.overwrite(
                        new ChunkLocation(2),
                        0,
                        Stores.content(chunkSectors * 512, 0).data());
            }
            store.commitLoss(Stores.version(ORIGIN), "a test");
            told.lost = true;
        };
        cutEverywhere(chunkSectors, (store, told) -> failSoftly(scenario, store, told), (told, replayed, store) -> {
            if (told.lost) {
                assertThat(replayed.isLost()).isTrue();
            }
            assertThat(replayed.pairs.size()).isLessThanOrEqualTo(1);
        });
    }

    private static void failSoftly(Scenario scenario, DmStore store, Told told) throws IOException {
        try {
            scenario.run(store, told);
        } catch (CompletionException e) {
            throw new IOException(e);
        }
    }
}
