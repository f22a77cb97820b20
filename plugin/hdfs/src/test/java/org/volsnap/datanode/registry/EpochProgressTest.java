/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.engine.VolumeStore;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.FollowerStateProto;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.WholeReplicaStore;

class EpochProgressTest {
    private final PoolVolume volume = new PoolVolume(
            Path.of("/data/1"), new VolumeStore(mock(ExceptionStore.class), mock(WholeReplicaStore.class)));

    private final EpochProgress progress = new EpochProgress();

    @Test
    void itGrowsWithTheAttemptAndIsAllOnlyWhenTheEpochIsApplied() {
        progress.begin(1, List.of(volume));
        assertThat(told(0, 1)).isZero();

        advance(50);
        assertThat(told(0, 1)).isEqualTo(49);
        assertThat(progress.isMore(volume, 40)).isFalse();
        advance(100);

        assertThat(told(0, 1)).isEqualTo(99);
        assertThat(told(1, 1)).isEqualTo(100);
    }

    @Test
    void anAttemptThatStartsAnewGoesOnFromWhatWasKept() {
        progress.begin(1, List.of(volume));
        advance(60);
        FollowerStateProto.Builder kept = FollowerStateProto.newBuilder().setAppliedEpoch(0);
        progress.save(volume, kept);

        EpochProgress after = new EpochProgress();
        after.load(volume, kept.build());
        after.begin(1, List.of(volume));

        assertThat(after.describe(volume, 0, 1).getPercent()).isEqualTo(59);
        after.advance(volume, 0);
        assertThat(after.describe(volume, 0, 1).getPercent()).isEqualTo(59);
        after.advance(volume, 50);
        assertThat(after.describe(volume, 0, 1).getPercent()).isEqualTo(79);
    }

    @Test
    void theNextEpochStartsAtNothing() {
        progress.begin(1, List.of(volume));
        advance(100);
        FollowerStateProto.Builder kept = FollowerStateProto.newBuilder().setAppliedEpoch(1);
        progress.save(volume, kept);

        assertThat(kept.hasProgressEpoch()).isFalse();
        assertThat(told(1, 2)).isZero();
        progress.begin(2, List.of(volume));
        assertThat(told(1, 2)).isZero();
        progress.retain(Set.of());
        assertThat(told(2, 2)).isEqualTo(100);
    }

    private void advance(int share) {
        progress.advance(volume, share);
    }

    private int told(long applied, long last) {
        return progress.describe(volume, applied, last).getPercent();
    }
}
