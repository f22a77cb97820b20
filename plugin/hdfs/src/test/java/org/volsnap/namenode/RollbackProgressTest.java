/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackProgressProto;
import org.volsnap.protocol.proto.VolsnapProtos.VolumeProgressProto;

class RollbackProgressTest {
    private final AtomicLong nanos = new AtomicLong();
    private final RollbackProgress progress = new RollbackProgress(new Ticker() {
        @Override
        public long read() {
            return nanos.get();
        }
    });

    @Test
    void whatWasShownIsNeverFollowedByLess() {
        progress.polled(poll("a", 1, 40));
        progress.polled(poll("a", 1, 30));
        assertThat(shown().getVolumes(0).getPercent()).isEqualTo(40);

        progress.polled(poll("a", 1, 41));
        assertThat(shown().getVolumes(0).getPercent()).isEqualTo(41);
        progress.polled(poll("a", 2, 3));
        assertThat(shown().getVolumes(0)).isEqualTo(volume(2, 3));
    }

    @Test
    void aDataNodeWithNothingToTellIsNotShown() {
        progress.polled(poll("a", 1, 40));

        progress.polled(request("a").build());

        assertThat(progress.toProto()).isEmpty();
    }

    @Test
    void oneThatIsGoneIsShownWithItsAgeAndNotForEver() {
        progress.polled(poll("a", 1, 40));
        nanos.addAndGet(Duration.ofSeconds(90).toNanos());
        assertThat(shown().getLastContactMillis()).isEqualTo(90_000);

        nanos.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(progress.toProto()).isEmpty();
    }

    private RollbackProgressProto shown() {
        assertThat(progress.toProto()).hasSize(1);
        return progress.toProto().get(0);
    }

    private static PollRequestProto poll(String uuid, long epoch, int percent) {
        return request(uuid).addRollbackProgress(volume(epoch, percent)).build();
    }

    private static VolumeProgressProto volume(long epoch, int percent) {
        return VolumeProgressProto.newBuilder()
                .setVolume("/data/1")
                .setEpoch(epoch)
                .setPercent(percent)
                .build();
    }

    private static PollRequestProto.Builder request(String uuid) {
        return PollRequestProto.newBuilder()
                .setDatanodeUuid(uuid)
                .setBlockPoolId("BP-1")
                .setRegistryVersion(1)
                .setMode("ROLLING_BACK");
    }
}
