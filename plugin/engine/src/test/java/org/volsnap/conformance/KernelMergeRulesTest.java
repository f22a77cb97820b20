/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.conformance.RuleTraces.EIO;
import static org.volsnap.conformance.RuleTraces.REFUSED;
import static org.volsnap.conformance.RuleTraces.content;
import static org.volsnap.conformance.RuleTraces.run;
import static org.volsnap.conformance.RuleTraces.sha;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rules of the kernel's merge that no vector beside the tests shows, as {@link KernelRulesTest} has them. */
class KernelMergeRulesTest {
    @Test
    void aSecondMergeIsRefused() throws Exception {
        Map<String, String> answers = run(
                "origin 256 1",
                "cow 0 64",
                "cow 1 64",
                "snap 0 8",
                "snap 1 8",
                "sw 0 0 8 2",
                "sw 1 8 8 3",
                "delay o 0 100",
                "mergestart 0",
                "mergesecond 1",
                "merge 1",
                "mergewait",
                "or 0 16",
                "merge 1",
                "or 0 16");
        assertThat(answers)
                .containsEntry("10", REFUSED)
                .containsEntry("11", REFUSED)
                .containsEntry("12", "STATUS 0 256 snapshot-merge 16/64 16")
                .containsEntry("13", sha(content(16, 1, 0, 8, 2)))
                .containsEntry("14", "STATUS 0 256 snapshot-merge 16/64 16")
                .containsEntry("15", sha(content(16, 1, 8, 8, 3)));
    }

    @Test
    void anotherSnapshotWithoutRoomIsInvalidAndTheMergeGoesOn() throws Exception {
        Map<String, String> answers = run(
                "origin 256 1",
                "cow 0 256",
                "cow 1 32",
                "snap 0 8",
                "snap 1 8",
                "sw 0 0 64 2",
                "merge 0",
                "status 1",
                "sr 1 0 8",
                "or 0 256");
        assertThat(answers)
                .containsEntry("7", "STATUS 0 256 snapshot-merge 16/256 16")
                .containsEntry("8", "STATUS 0 256 snapshot Invalid")
                .containsEntry("9", EIO)
                .containsEntry("10", sha(content(256, 1, 0, 64, 2)));
    }

    @Test
    void aPowerCutBeforeTheExceptionsLeaveKeepsTheView() throws Exception {
        Map<String, String> answers = run(
                "origin 256 1",
                "cow 0 256",
                "cow 1 256",
                "snap 0 8",
                "snap 1 8",
                "sw 0 0 24 2",
                "sw 0 100 3 3",
                "delay 0 0 1000",
                "mergestart 0",
                "sleep 1500",
                "ow 200 8 4",
                "crash",
                "rawsha o 0 24",
                "activate 0 8",
                "activate 1 8",
                "sr 0 0 256",
                "sr 1 0 192",
                "merge 0",
                "or 0 256");
        byte[] view = content(256, 1, 0, 24, 2, 100, 3, 3);
        byte[] merged = content(256, 1, 0, 24, 2, 100, 3, 3, 200, 8, 4);
        assertThat(answers)
                .containsEntry("11", "OK")
                .containsEntry("13", sha(view, 0, 24))
                .containsEntry("16", sha(merged))
                .containsEntry("17", sha(content(192, 1)))
                .containsEntry("18", "STATUS 0 256 snapshot-merge 16/256 16")
                .containsEntry("19", sha(merged));
    }

    @Test
    void aMergeThatFailsLeavesTheRestOfTheOriginInUse() throws Exception {
        Map<String, String> answers = run(
                "origin 256 1",
                "cow 0 256",
                "snap 0 8",
                "sw 0 0 8 2",
                "sw 0 64 8 3",
                "fail o 64 8",
                "mergestart 0",
                "or 128 8",
                "or 0 8",
                "ow 128 8 4",
                "or 128 8",
                "mergewait");
        assertThat(answers)
                .containsEntry("8", sha(content(256, 1), 128, 8))
                .containsEntry("9", sha(content(8, 2)))
                .containsEntry("10", "OK")
                .containsEntry("11", sha(content(8, 4)))
                .containsEntry("12", "STATUS 0 256 snapshot-merge Merge failed");
    }

    @Test
    void theSetOfSnapshotsChangesDuringAMerge() throws Exception {
        Map<String, String> answers = run(
                "origin 256 1",
                "cow 0 256",
                "cow 1 256",
                "cow 2 256",
                "snap 0 8",
                "snap 1 4",
                "sw 0 0 8 2",
                "sw 0 32 8 3",
                "sw 0 64 8 4",
                "delay o 0 100",
                "mergestart 0",
                "sleep 120",
                "snap 2 16",
                "ow 32 4 5",
                "drop 1",
                "ow 128 8 6",
                "mergewait",
                "or 0 256",
                "status 1");
        byte[] after = content(256, 1, 0, 8, 2, 32, 8, 3, 64, 8, 4, 32, 4, 5, 128, 8, 6);
        assertThat(answers)
                .containsEntry("13", "OK")
                .containsEntry("15", "OK")
                .containsEntry("17", "STATUS 0 256 snapshot-merge 16/256 16")
                .containsEntry("18", sha(after))
                .containsEntry("19", REFUSED);
    }

    @Test
    void anOverflowedSnapshotIsMergedAsFarAsItGoes() throws Exception {
        Map<String, String> answers = run(
                "origin 256 1",
                "cow 0 40",
                "snap 0 8 PO",
                "sw 0 0 24 2",
                "sw 0 64 8 3",
                "status 0",
                "merge 0",
                "or 0 256");
        assertThat(answers)
                .containsEntry("6", "STATUS 0 256 snapshot Overflow")
                .containsEntry("7", "STATUS 0 256 snapshot-merge 16/40 16")
                .containsEntry("8", sha(content(256, 1, 0, 24, 2)));
    }
}
