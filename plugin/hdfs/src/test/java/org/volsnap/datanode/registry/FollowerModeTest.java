/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.volsnap.datanode.registry.FollowerMode.FOLLOWING;
import static org.volsnap.datanode.registry.FollowerMode.ROLLBACK_PENDING;
import static org.volsnap.datanode.registry.FollowerMode.ROLLING_BACK;
import static org.volsnap.datanode.registry.FollowerMode.UNKNOWN;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.volsnap.datanode.Admission;

class FollowerModeTest {
    private static final Map<FollowerMode, Set<FollowerMode>> DRAWN = Map.of(
            UNKNOWN, Set.of(UNKNOWN, FOLLOWING, ROLLBACK_PENDING, ROLLING_BACK),
            FOLLOWING, Set.of(FOLLOWING, UNKNOWN, ROLLBACK_PENDING, ROLLING_BACK),
            ROLLBACK_PENDING, Set.of(ROLLBACK_PENDING, FOLLOWING, ROLLING_BACK),
            ROLLING_BACK, Set.of(ROLLING_BACK, FOLLOWING, ROLLBACK_PENDING));

    @ParameterizedTest
    @EnumSource
    void allowsExactlyTheTransitionsOfTheDiagram(FollowerMode from) {
        for (FollowerMode to : FollowerMode.values()) {
            boolean drawn = DRAWN.getOrDefault(from, Set.of()).contains(to);
            assertThat(to.canFollow(from)).as("%s -> %s", from, to).isEqualTo(drawn);
            if (drawn) {
                assertThat(to.validate(from)).isEqualTo(to);
            } else {
                assertThatThrownBy(() -> to.validate(from))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(from + " to " + to);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, FOLLOWING",
        "false, true, ROLLBACK_PENDING",
        "true, false, ROLLING_BACK",
        "true, true, ROLLING_BACK"
    })
    void anUnappliedEpochCountsMoreThanAPendingRollback(boolean epoch, boolean pending, FollowerMode mode) {
        assertThat(FollowerMode.of(epoch, pending)).isEqualTo(mode);
    }

    @ParameterizedTest
    @CsvSource({"UNKNOWN, HOLD_DELETES", "FOLLOWING, OPEN", "ROLLBACK_PENDING, CLOSED", "ROLLING_BACK, CLOSED"})
    void eachModeHasItsAdmission(FollowerMode mode, Admission admission) {
        assertThat(mode.admission()).isEqualTo(admission);
    }
}
