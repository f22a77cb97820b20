/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.volsnap.namenode.diff.DiffSummary;
import org.volsnap.protocol.proto.VolsnapProtos.MissingStorageProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

class RollbackReportTest {
    private final RecordingConsole printed = new RecordingConsole();
    private final RollbackReport report = new RollbackReport(printed.console().out());

    @Test
    void whatIsTheSameHasARowOfZerosForEachKindAndNamesNothing() {
        report.differences(target(), 42, new DiffSummary(3));

        assertThat(printed.out())
                .startsWith("Rollback to nightly of ")
                .contains(", compared with now, transaction 42:\n")
                .containsPattern("(?m)^Come back +0 +0 +0 +- *$")
                .containsPattern("(?m)^Vanish +0 +0 +- +0 *$")
                .doesNotContain("Come back:");
    }

    @Test
    void whatIsMissingIsNamedAndRefused() {
        report.missing(List.of(MissingStorageProto.newBuilder()
                .setDatanode("10.0.0.7:9866")
                .setReason("dead")
                .build()));

        assertThat(report.end("1 blocks of 1 files have no replica")).isEqualTo(1);
        assertThat(printed.out())
                .isEqualTo("DataNodes and storage volumes missing: 1\n  10.0.0.7:9866: dead\n"
                        + "Would be refused: 1 blocks of 1 files have no replica\nNothing was changed\n");
    }

    @Test
    void offlineNothingIsKnownOfDataNodes() {
        report.missingUnasked(target(), "none, as -prepareRollback found");

        assertThat(report.end("")).isZero();
        assertThat(printed.out())
                .contains("DataNodes and storage volumes missing: not known")
                .contains("Blocks without a replica: none, as -prepareRollback found")
                .endsWith("Nothing was changed\n");
    }

    private static SnapshotProto target() {
        return SnapshotProto.newBuilder()
                .setId(1)
                .setName("nightly")
                .setState(SnapshotStateProto.ACTIVE)
                .setCreatedMillis(0)
                .build();
    }
}
