/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.volsnap.conf.VolsnapKeys;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.FenceProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.WindowStatusProto;

class RollingWindowTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-28T06:20:00Z"));
    private final FakeSnapshots snapshots = new FakeSnapshots();
    private final WindowLog log = log("3h", "1h");
    private RollingWindow window = newWindow();

    private static WindowLog log(String window, String interval) {
        Configuration conf = new Configuration(false);
        conf.set(VolsnapKeys.WINDOW, window);
        conf.set(VolsnapKeys.WINDOW_INTERVAL, interval);
        return WindowLog.of(conf, new NameNodeMetrics());
    }

    /** As in a process that knows nothing of what was before. */
    private RollingWindow newWindow() {
        return new RollingWindow(snapshots, log.settings(), log, clock);
    }

    @Test
    void takesOneAtOnceAndThenOneInEveryHour() {
        window.run();
        window.run();
        assertThat(snapshots.names()).containsExactly("window-20261128-062000Z");

        clock.move(MINUTE.multipliedBy(39));
        window.run();
        assertThat(snapshots.names()).hasSize(1);

        clock.move(MINUTE);
        window.run();
        window.run();
        assertThat(snapshots.names()).containsExactly("window-20261128-062000Z", "window-20261128-070000Z");
    }

    @Test
    void deletesItsOwnWhenTheyAreOverAndNobodyElses() throws IOException {
        snapshots.operatorTakes("mine");
        for (int i = 0; i < 6; i++) {
            window.run();
            clock.move(HOUR);
        }

        assertThat(snapshots.names())
                .containsExactly(
                        "mine",
                        "window-20261128-082000Z",
                        "window-20261128-092000Z",
                        "window-20261128-102000Z",
                        "window-20261128-112000Z");
    }

    @Test
    void whatIsNeededStaysUntilItIsFree() {
        window.run();
        snapshots.needed.add("window-20261128-062000Z");
        for (int i = 0; i < 5; i++) {
            clock.move(HOUR);
            window.run();
        }
        assertThat(snapshots.names()).hasSize(5).contains("window-20261128-062000Z");

        snapshots.needed.clear();
        window.run();
        assertThat(snapshots.names()).hasSize(4).doesNotContain("window-20261128-062000Z");
    }

    @Test
    void theNewestStaysWhereNoOtherCanBeTaken() {
        window.run();
        clock.move(HOUR);
        window.run();
        snapshots.failure = "a DataNode does not come";
        clock.move(HOUR.multipliedBy(10));
        window.run();

        assertThat(snapshots.names()).containsExactly("window-20261128-072000Z");
    }

    @Test
    void aFailureIsToldAndNotRepeatedBeforeTheNextInterval() {
        snapshots.failure = "a DataNode\ndoes not come";
        window.run();
        window.run();
        assertThat(snapshots.tries).isEqualTo(1);
        WindowStatusProto status = log.status().orElseThrow();
        assertThat(status.getFailures()).isEqualTo(1);
        assertThat(status.getFailedMillis()).isEqualTo(clock.millis());
        assertThat(status.getProblem()).isEqualTo("RefusedException: a DataNode does not come");

        snapshots.failure = null;
        clock.move(MINUTE.multipliedBy(40));
        window.run();
        assertThat(snapshots.names()).containsExactly("window-20261128-070000Z");
        status = log.status().orElseThrow();
        assertThat(status.hasProblem()).isFalse();
        assertThat(status.hasFailedMillis()).isFalse();
        assertThat(status.getFailures()).isEqualTo(1);
    }

    @Test
    void aNameNodeThatTookOverGoesOnWithWhatIsThere() {
        window.run();
        window = newWindow();
        clock.move(MINUTE.multipliedBy(10));
        window.run();
        assertThat(snapshots.tries).isEqualTo(1);

        clock.move(MINUTE.multipliedBy(30));
        window.run();
        assertThat(snapshots.tries).isEqualTo(2);
    }

    @Test
    void missedIntervalsAreNotCaughtUp() {
        window.run();
        snapshots.changeable = false; // standby, safe mode, a rollback, an upgrade
        clock.move(HOUR.multipliedBy(3));
        window.run();
        assertThat(snapshots.names()).containsExactly("window-20261128-062000Z");

        snapshots.changeable = true;
        window.run();
        window.run();
        assertThat(snapshots.names()).containsExactly("window-20261128-062000Z", "window-20261128-092000Z");
        assertThat(log.status().orElseThrow().getFailures()).isZero();
    }

    @Test
    void aCreationThatTakesLongerThanTheIntervalIsFollowedByOneAtTheNextBoundary() {
        snapshots.takes = MINUTE.multipliedBy(150); // from 6:20 to 8:50
        window.run();
        snapshots.takes = Duration.ZERO;
        window.run();
        assertThat(snapshots.tries).isEqualTo(1);

        clock.move(MINUTE.multipliedBy(10));
        window.run();
        assertThat(snapshots.names()).containsExactly("window-20261128-062000Z", "window-20261128-090000Z");
    }

    @Test
    void whatAnOperatorDoesIsWaitedFor() {
        snapshots.busy = true;
        window.run();
        assertThat(snapshots.names()).isEmpty();

        snapshots.busy = false;
        window.run();
        assertThat(snapshots.names()).hasSize(1);
        assertThat(log.status().orElseThrow().getFailures()).isZero();
    }

    @Test
    void aClockThatIsSetBackStopsNothing() {
        window.run();
        clock.move(Duration.ofDays(-300));
        window.run();
        clock.move(HOUR);
        window.run();

        assertThat(snapshots.names()).hasSize(3);
    }

    @Test
    void isOffUnlessItIsConfigured() {
        WindowLog none = WindowLog.of(new Configuration(false), new NameNodeMetrics());
        new RollingWindow(snapshots, none.settings(), none, clock).run();

        assertThat(none.status()).isEmpty();
        assertThat(snapshots.tries).isZero();
    }

    @Test
    void aConfigurationThatMakesNoneIsTold() {
        assertThat(problem("1h", "2h")).contains(VolsnapKeys.WINDOW + " must not be shorter than");
        assertThat(problem("1h", "10ms")).contains(VolsnapKeys.WINDOW_INTERVAL + " must be 1s or more");
        assertThat(problem("-1h", "1h")).contains(VolsnapKeys.WINDOW + " must not be negative");
        assertThat(problem("a day", "1h")).contains("a day");
    }

    private static String problem(String window, String interval) {
        WindowLog misconfigured = log(window, interval);
        assertThat(misconfigured.settings().isOff()).isTrue();
        return misconfigured.status().orElseThrow().getProblem();
    }

    /** A NameNode's, where everything takes no time unless it is told. */
    private final class FakeSnapshots implements RollingWindow.Snapshots {
        private final Set<String> needed = new HashSet<>();
        private Registry registry = Registry.empty("BP-1");
        private boolean changeable = true;
        private boolean busy;
        private int tries;
        private Duration takes = Duration.ZERO;
        private @Nullable String failure;

        private List<String> names() {
            return registry.snapshots().stream().map(SnapshotProto::getName).toList();
        }

        private void operatorTakes(String name) {
            take(name, false);
        }

        private void take(String name, boolean ofWindow) {
            SnapshotProto.Builder snapshot = SnapshotProto.newBuilder()
                    .setId(0)
                    .setName(name)
                    .setState(SnapshotState.CREATING.toProto())
                    .setCreatedMillis(clock.millis());
            registry = registry.create((ofWindow ? snapshot.setWindow(true) : snapshot).build());
            long id = registry.find(name).orElseThrow().getId();
            FenceProto fence = FenceProto.newBuilder()
                    .setStamp(id)
                    .setLegacyStamp(0)
                    .setLegacyLimit(0)
                    .build();
            registry = registry.mark(id, fence, id).activate(id);
        }

        @Override
        public boolean areChangeable() {
            return changeable;
        }

        @Override
        public Registry registry() {
            return registry;
        }

        @Override
        public boolean create(String name) throws IOException {
            if (busy) {
                return false;
            }
            tries++;
            if (failure != null) {
                throw new RefusedException(failure);
            }
            take(name, true);
            clock.move(takes);
            return true;
        }

        @Override
        public boolean delete(String name) throws IOException {
            if (needed.contains(name)) {
                throw new RefusedException("somebody needs it");
            }
            long id = registry.find(name).orElseThrow().getId();
            registry = registry.beginDelete(id).bury(id);
            return true;
        }
    }
}
