/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

class SnapshotStateTest {
    private static final Map<SnapshotState, Set<SnapshotState>> STEPS = new EnumMap<>(Map.of(
            SnapshotState.ABSENT, EnumSet.of(SnapshotState.CREATING),
            SnapshotState.CREATING, EnumSet.of(SnapshotState.MARKED, SnapshotState.DELETED),
            SnapshotState.MARKED, EnumSet.of(SnapshotState.ACTIVE, SnapshotState.DELETED),
            SnapshotState.ACTIVE, EnumSet.of(SnapshotState.DELETING),
            SnapshotState.DELETING, EnumSet.of(SnapshotState.DELETED),
            SnapshotState.DELETED, EnumSet.noneOf(SnapshotState.class)));

    @ParameterizedTest
    @EnumSource(SnapshotState.class)
    void exactlyTheDrawnStepsAreAllowed(SnapshotState from) {
        for (SnapshotState to : SnapshotState.values()) {
            assertThat(from.mayBecome(to))
                    .as("%s to %s", from, to)
                    .isEqualTo(STEPS.getOrDefault(from, Set.of()).contains(to));
        }
    }

    @ParameterizedTest
    @EnumSource(SnapshotStateProto.class)
    void everyWrittenStateIsReadAgain(SnapshotStateProto proto) {
        assertThat(SnapshotState.of(proto).toProto()).isEqualTo(proto);
    }
}
