/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

class SnapshotNamesTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-04T05:06:07.089Z"), ZoneOffset.UTC);

    @ParameterizedTest
    @ValueSource(
            strings = {"a", "nightly-2026_01.02", "0123456789012345678901234567890123456789012345678901234567890123"})
    void goodNamesPass(String name) throws RefusedException {
        assertThat(SnapshotNames.check(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a/b",
                "a b",
                "ä",
                "a\n",
                "01234567890123456789012345678901234567890123456789012345678901234"
            })
    void badNamesAreRefused(String name) {
        assertThatThrownBy(() -> SnapshotNames.check(name))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("1 to 64");
    }

    @Test
    void theDefaultNameIsTheTimeAsHdfsWritesIt() throws RefusedException {
        assertThat(SnapshotNames.check(SnapshotNames.byTime(CLOCK))).isEqualTo("s20260304-050607.089");
    }

    @Test
    void theNameBeforeARollbackIsAlwaysAName() throws RefusedException {
        assertThat(SnapshotNames.beforeRollback(target("nightly", false), CLOCK))
                .isEqualTo("before-rollback-nightly-20260304-050607");
        String longest = SnapshotNames.beforeRollback(target("x".repeat(64), false), CLOCK);
        assertThat(SnapshotNames.check(longest)).hasSize(64).endsWith("-20260304-050607");
    }

    @Test
    void undoingARollbackAgainAndAgainMakesNoLongerNames() {
        assertThat(SnapshotNames.beforeRollback(target("before-rollback-x", true), CLOCK))
                .isEqualTo("before-undo-20260304-050607");
    }

    private static SnapshotProto target(String name, boolean safety) {
        return SnapshotProto.newBuilder()
                .setId(1)
                .setName(name)
                .setState(SnapshotStateProto.ACTIVE)
                .setCreatedMillis(0)
                .setSafety(safety)
                .build();
    }
}
