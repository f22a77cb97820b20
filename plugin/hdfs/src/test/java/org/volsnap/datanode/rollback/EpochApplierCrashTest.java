/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.volsnap.datanode.rollback.Blocks.random;
import static org.volsnap.model.VersionState.FINALIZED;
import static org.volsnap.model.VersionState.OPEN;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.datanode.rollback.DurableFiles.StepListener;
import org.volsnap.datanode.rollback.RollbackWorld.Expected;

/** The process dies before every single step of a rollback, and once more on the way through the second attempt. */
class EpochApplierCrashTest {
    private static final long T = 1_000;
    private static final long SAFETY = 4_000;
    private static final long NEW_STAMP = 9_000;
    private static final byte[] OLD = random(1, 10_001);
    private static final byte[] LONG = random(2, 20_001);

    @TempDir
    Path directory;

    private final Map<Long, byte[]> beforeRollback = new HashMap<>();

    private static final class CrashException extends IOException {
        private static final long serialVersionUID = 1L;

        CrashException(String step) {
            super("crash before: " + step);
        }
    }

    /** Lets so many steps pass. */
    private static final class Countdown implements StepListener {
        private final AtomicInteger left;

        Countdown(int steps) {
            left = new AtomicInteger(steps);
        }

        @Override
        public void before(String step) throws IOException {
            if (left.getAndDecrement() <= 0) {
                throw new CrashException(step);
            }
        }
    }

    /** Every kind of thing that can have happened since T. */
    private RollbackWorld build(Path where) throws IOException {
        RollbackWorld world = new RollbackWorld(where, 2);
        world.create(0, 1, 901, FINALIZED, OLD);
        world.create(0, 2, 902, FINALIZED, OLD);
        world.create(1, 3, 903, FINALIZED, LONG);
        world.create(1, 4, 904, FINALIZED, OLD);
        world.create(0, 5, 905, OPEN, OLD);
        world.create(1, 6, 906, OPEN, OLD);
        world.create(0, 7, 907, FINALIZED, OLD);
        world.create(1, 9, 909, FINALIZED, OLD);
        world.openBlocks = new OpenBlocks(ImmutableMap.of(9L, 909L));
        world.snapshot(1, T);
        world.recordOpen(1, 5);
        world.recordOpen(1, 6);
        world.delete(1);
        world.append(2, 1_502, random(3, 700));
        world.truncate(3, 1_503, 5_001);
        world.append(4, 1_504, random(4, 9_000));
        world.delete(4);
        world.write(5, Arrays.copyOf(OLD, 12_345));
        world.finalizeReplica(5);
        world.write(6, Arrays.copyOf(OLD, 12_345));
        world.finalizeReplica(6);
        world.append(6, 1_506, random(5, 600));
        world.create(1, 8, 1_508, FINALIZED, OLD);
        for (long blockId : new long[] {2, 3, 6, 8}) {
            beforeRollback.put(
                    blockId, Files.readAllBytes(world.live(blockId).files().data()));
        }
        world.snapshot(2, SAFETY);
        return world;
    }

    private void check(RollbackWorld world) throws IOException {
        assertThat(world.onDisk())
                .isEqualTo(new Expected()
                        .with(1, 901, FINALIZED, OLD)
                        .with(2, 902, FINALIZED, OLD)
                        .with(3, 903, FINALIZED, LONG)
                        .with(4, 904, FINALIZED, OLD)
                        .with(5, 905, OPEN, OLD)
                        .with(6, 906, OPEN, OLD)
                        .with(7, 907, FINALIZED, OLD)
                        .with(9, 909, OPEN, OLD)
                        .map());
        assertThat(world.asOf(1, 2, 902)).hasValue(OLD);
        assertThat(world.asOf(1, 3, 903)).hasValue(LONG);
        assertThat(world.asOf(2, 2, 1_502)).hasValue(beforeRollback.get(2L));
        assertThat(world.asOf(2, 3, 1_503)).hasValue(beforeRollback.get(3L));
        assertThat(world.asOf(2, 6, 1_506)).hasValue(beforeRollback.get(6L));
        assertThat(world.asOf(2, 8, 1_508)).hasValue(beforeRollback.get(8L));
    }

    private static int countSteps(RollbackWorld world) throws IOException {
        AtomicInteger steps = new AtomicInteger();
        world.rollback(1, T, NEW_STAMP, step -> steps.incrementAndGet());
        return steps.get();
    }

    @Test
    void whereverItStopsTheNextAttemptEndsTheSame() throws IOException {
        int steps;
        try (RollbackWorld world = build(directory.resolve("undisturbed"))) {
            steps = countSteps(world);
            check(world);
        }
        assertThat(steps).isGreaterThan(40);
        for (int at = 0; at < steps; at++) {
            try (RollbackWorld world = build(directory.resolve("crash" + at))) {
                Countdown crash = new Countdown(at);
                assertThatThrownBy(() -> world.rollback(1, T, NEW_STAMP, crash)).isInstanceOf(CrashException.class);
                world.restart();
                world.rollback(1, T, NEW_STAMP);
                check(world);
            }
        }
    }

    @Test
    void aSecondCrashOnTheWayChangesNothing() throws IOException {
        int steps;
        try (RollbackWorld world = build(directory.resolve("undisturbed"))) {
            steps = countSteps(world);
        }
        for (int at = 0; at < steps; at += 7) {
            try (RollbackWorld world = build(directory.resolve("crash" + at))) {
                Countdown first = new Countdown(at);
                assertThatThrownBy(() -> world.rollback(1, T, NEW_STAMP, first)).isInstanceOf(CrashException.class);
                world.restart();
                Countdown second = new Countdown(3);
                crashOrFinish(world, second);
                world.restart();
                world.rollback(1, T, NEW_STAMP);
                check(world);
            }
        }
    }

    private static void crashOrFinish(RollbackWorld world, StepListener listener) throws IOException {
        try {
            world.rollback(1, T, NEW_STAMP, listener);
        } catch (CrashException e) {
            assertThat(e).hasMessageStartingWith("crash before");
        }
    }
}
