/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyResultProto;

class DatanodeTrackerTest {
    private final AtomicLong nanos = new AtomicLong();
    private final DatanodeTracker tracker = new DatanodeTracker(
            new com.google.common.base.Ticker() {
                @Override
                public long read() {
                    return nanos.get();
                }
            },
            Duration.ofSeconds(30));

    @Test
    void aDataNodeIsSilentWhenItsLeaseIsOverAndNotBefore() {
        tracker.polled(poll("a").build());
        pass(Duration.ofSeconds(30));
        assertThat(tracker.isSilent("a")).isFalse();
        assertThat(tracker.age("a")).contains(Duration.ofSeconds(30));

        pass(Duration.ofNanos(1));
        assertThat(tracker.isSilent("a")).isTrue();

        tracker.polled(poll("a").build());
        assertThat(tracker.isSilent("a")).isFalse();
    }

    @Test
    void oneThatNeverPolledIsNotSilentButUnknown() {
        assertThat(tracker.isSilent("b")).isFalse();
        assertThat(tracker.lastPoll("b")).isEmpty();
        assertThat(tracker.age("b")).isEmpty();
    }

    @Test
    void theHighestIdsAreOverAllDataNodes() {
        assertThat(tracker.highestStamp()).isZero();
        tracker.polled(poll("a").setHighestStamp(7).setHighestBlockId(1).build());
        tracker.polled(poll("b").setHighestStamp(3).setHighestBlockId(9).build());

        assertThat(tracker.highestStamp()).isEqualTo(7);
        assertThat(tracker.highestBlockId()).isEqualTo(9);
        assertThat(tracker.count()).isEqualTo(2);
    }

    @Test
    void whatVerifyFoundIsNotKept() {
        tracker.polled(poll("a")
                .addVerifyResults(VerifyResultProto.newBuilder().setTaskId(1))
                .build());

        assertThat(tracker.lastPoll("a").orElseThrow().getVerifyResultsList()).isEmpty();
    }

    @Test
    void dataNodesThatAreGoneAreForgotten() {
        tracker.polled(poll("a").build());
        tracker.polled(poll("b").build());

        tracker.retain(Map.of("b", Duration.ZERO));

        assertThat(tracker.lastPoll("a")).isEmpty();
        assertThat(tracker.lastPoll("b")).isPresent();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static PollRequestProto.Builder poll(String uuid) {
        return PollRequestProto.newBuilder()
                .setDatanodeUuid(uuid)
                .setBlockPoolId("BP-1")
                .setRegistryVersion(0)
                .setMode("FOLLOWING");
    }

    @Test
    void aLiveDataNodeThatDoesNotPollForALeaseRunsWithoutThePlugin() {
        tracker.retain(Map.of("a", Duration.ZERO));
        pass(Duration.ofSeconds(30));
        assertThat(tracker.runsWithoutPlugin("a", Duration.ZERO)).isFalse();
        pass(Duration.ofNanos(1));
        assertThat(tracker.runsWithoutPlugin("a", Duration.ZERO)).isTrue();

        tracker.polled(poll("a").build());
        assertThat(tracker.runsWithoutPlugin("a", Duration.ZERO)).isFalse();
    }

    @Test
    void oneWhoseHeartbeatsGoOnAfterItsPollsRunsWithoutThePlugin() {
        tracker.polled(poll("a").build());
        pass(Duration.ofSeconds(8));
        heartbeatOf("a");
        pass(Duration.ofSeconds(22));
        assertThat(tracker.runsWithoutPlugin("a", Duration.ZERO)).isFalse();
        pass(Duration.ofSeconds(1));
        assertThat(tracker.runsWithoutPlugin("a", Duration.ofSeconds(2))).isTrue();
        assertThat(tracker.isGone("a", Duration.ofSeconds(2))).isFalse();
    }

    @Test
    void oneThatSendsNeitherIsGone() {
        tracker.polled(poll("a").build());
        pass(Duration.ofSeconds(29));
        tracker.retain(Map.of("a", Duration.ofSeconds(27)));
        assertThat(tracker.isGone("a", Duration.ofSeconds(27))).isFalse();
        pass(Duration.ofSeconds(2));
        assertThat(tracker.isGone("a", Duration.ofSeconds(29))).isTrue();
        assertThat(tracker.runsWithoutPlugin("a", Duration.ofSeconds(29))).isFalse();
    }

    @Test
    void oneThatWasAwayIsNeitherGoneNorWithoutThePluginUntilItHasHadTimeToPoll() {
        tracker.polled(poll("a").build());
        pass(Duration.ofSeconds(90));
        assertThat(tracker.isGone("a", Duration.ZERO)).isFalse();
        assertThat(tracker.runsWithoutPlugin("a", Duration.ZERO)).isFalse();

        heartbeatOf("a");
        pass(Duration.ofMillis(7_500));
        assertThat(tracker.isGone("a", Duration.ZERO)).isFalse();
        assertThat(tracker.runsWithoutPlugin("a", Duration.ZERO)).isFalse();

        pass(Duration.ofNanos(1));
        assertThat(tracker.runsWithoutPlugin("a", Duration.ZERO)).isTrue();

        tracker.polled(poll("a").build());
        assertThat(tracker.isGone("a", Duration.ZERO)).isFalse();
        assertThat(tracker.runsWithoutPlugin("a", Duration.ZERO)).isFalse();
    }

    private void heartbeatOf(String uuid) {
        tracker.retain(Map.of(uuid, Duration.ZERO));
    }

    @Test
    void nobodyRunsWithoutThePluginBeforeALeaseIsOver() {
        tracker.polled(poll("a").build());
        pass(Duration.ofSeconds(29));
        assertThat(tracker.runsWithoutPlugin("a", Duration.ZERO)).isFalse();
        assertThat(tracker.runsWithoutPlugin("unknown", Duration.ZERO)).isFalse();
    }
}
