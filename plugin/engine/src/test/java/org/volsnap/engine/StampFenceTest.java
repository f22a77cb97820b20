/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.StampRange;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;

/** Blocks that are older than sequential stamps have a counter of their own, far below the other one. */
class StampFenceTest {
    private static final long LIMIT = 100_000;
    private static final StampFence FENCE = new StampFence(500_000, 4_000, LIMIT, List.of());

    @Test
    void aStampIsHeldAgainstItsOwnCounter() {
        assertThat(FENCE.contains(4_000)).isTrue();
        assertThat(FENCE.contains(4_001))
                .as("a legacy block that was changed after T")
                .isFalse();
        assertThat(FENCE.contains(LIMIT - 1)).isFalse();
        assertThat(FENCE.contains(LIMIT)).isTrue();
        assertThat(FENCE.contains(500_000)).isTrue();
        assertThat(FENCE.contains(500_001)).isFalse();
    }

    @Test
    void withoutLegacyBlocksThereIsOneCounter() {
        assertThat(StampFence.at(10).contains(0)).isTrue();
        assertThat(StampFence.at(10).contains(10)).isTrue();
        assertThat(StampFence.at(10).contains(11)).isFalse();
    }

    @Test
    void whatWasTakenBackBeforeTDidNotExist() {
        StampFence fence = new StampFence(500_000, 4_000, LIMIT, List.of(new StampRange(200_000, 299_999)));
        assertThat(fence.contains(199_999)).isTrue();
        assertThat(fence.contains(200_000)).isFalse();
        assertThat(fence.contains(299_999)).isFalse();
        assertThat(fence.contains(300_000)).isTrue();
        assertThat(fence.contains(4_000)).isTrue();
    }

    @Test
    void beforeTIsKnownEverythingMayHaveExisted() {
        assertThat(StampFence.OPEN.isOpen()).isTrue();
        assertThat(StampFence.OPEN.contains(Long.MAX_VALUE - 1)).isTrue();
        assertThat(StampFence.OPEN.contains(VersionHeader.NEVER)).isFalse();
        assertThat(FENCE.isOpen()).isFalse();
    }

    @Test
    void aSnapshotSeesALegacyVersionByTheLegacyStamps() {
        ChainLink snapshot = new ChainLink(SnapshotId.ofRegistry(1), FENCE);

        assertThat(Visibility.byStamps(snapshot, version(3_999, 4_001)))
                .as("changed after T")
                .isTrue();
        assertThat(Visibility.byStamps(snapshot, version(3_999, 4_000)))
                .as("changed before T")
                .isFalse();
        assertThat(Visibility.byStamps(snapshot, version(4_001, 4_002)))
                .as("made after T")
                .isFalse();
        assertThat(Visibility.byStamps(snapshot, version(3_999, VersionHeader.NEVER)))
                .as("deleted")
                .isTrue();
    }

    private static VersionHeader version(long stamp, long replacedBy) {
        return new VersionHeader(
                1,
                1,
                new BlockKey("BP-1", -7, stamp),
                SnapshotId.ofRegistry(1),
                10,
                VersionState.FINALIZED,
                replacedBy,
                new byte[0]);
    }
}
