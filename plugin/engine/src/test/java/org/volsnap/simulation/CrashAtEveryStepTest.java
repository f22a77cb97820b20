/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionState;

/** One history with commits, drops and a merge, with the power cut before every single step of the disk in it. */
class CrashAtEveryStepTest {
    /** Of these none has I/O errors. */
    static List<Long> seeds() {
        return Boolean.getBoolean("volsnap.exhaustive") ? List.of(3L, 5L, 6L, 8L, 9L, 11L, 12L, 14L) : List.of(3L, 5L);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatRecoversObeysTheInvariants(long seed) throws IOException {
        boolean cut = true;
        int step = 0;
        while (cut) {
            Life life = new Life(seed);
            life.world.disk().cutPowerAfter(step);
            cut = life.liveUntilThePowerIsCut();
            try {
                life.recover(new Random(seed * 1_000_003 + step));
                life.checkAll();
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", power cut after step " + step, e);
            }
            step++;
        }
        assertThat(step).isGreaterThan(100);
    }

    private static final class Life {
        private final Plan plan;
        private final World world;
        private final Changes changes;
        private final Snapshots snapshots;
        private final Random random;
        private boolean rollsBack;

        Life(long seed) {
            plan = new Plan(seed);
            random = new Random(seed);
            Scheduler scheduler = new Scheduler("life", random);
            scheduler.open();
            world = new World(plan, scheduler);
            changes = new Changes(world);
            snapshots = new Snapshots(world);
        }

        /** @return whether it was cut */
        boolean liveUntilThePowerIsCut() throws IOException {
            try {
                live();
            } catch (IOException | RuntimeException e) {
                if (!world.disk().isDead()) {
                    throw e;
                }
            }
            return world.disk().isDead();
        }

        private void live() throws IOException {
            world.open();
            for (long blockId = 0; blockId < 4; blockId++) {
                changes.create(blockId, Changes.bytes(random, 1500), VersionState.FINALIZED);
            }
            snapshot();
            changes.append(0, Changes.bytes(random, 300));
            changes.truncate(1, 0.4);
            changes.delete(List.of(2L));
            snapshot();
            changes.overwrite(0, 0.3, Changes.bytes(random, 700), true);
            changes.overwrite(1, 0, Changes.bytes(random, 700), true);
            changes.delete(List.of(3L));
            snapshot();
            changes.truncate(0, 0.1);
            drop(2);
            snapshot();
            rollsBack = true;
            rollBack();
            changes.append(0, Changes.bytes(random, 100));
            drop(3);
            drop(1);
        }

        private void snapshot() throws IOException {
            SnapshotId id = world.model.nextId();
            snapshots.begin(id);
            snapshots.mark(id);
        }

        private void drop(long number) throws IOException {
            SnapshotId id = SnapshotId.ofRegistry(number);
            world.model.drop(id);
            snapshots.drop(id);
        }

        private void rollBack() throws IOException {
            new Rollback(world, SnapshotId.ofRegistry(1)).run();
            rollsBack = false;
        }

        void recover(Random cut) throws IOException {
            world.disk().cutPower();
            world.close();
            world.loseUnforced(cut);
            world.open();
            if (rollsBack) {
                rollBack();
            }
        }

        void checkAll() throws IOException {
            snapshots.readAll();
            for (long blockId : world.origin.blockIds()) {
                changes.truncate(blockId, 0);
            }
            snapshots.readAll();
            world.close();
            plan.rethrow();
        }
    }
}
