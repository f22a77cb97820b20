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

/**
 * Rules of dm-snapshot that no vector beside the tests shows, as traces whose answers follow from the kernel's source.
 * An answer has its line number as key, from 1.
 */
class KernelRulesTest {
    @Test
    void theTotalIsTheDeviceAlsoWhenThatIsNoMultipleOfTheChunk() throws Exception {
        Map<String, String> answers = run("origin 256 1", "cow 0 43", "snap 0 8", "status 0", "ow 0 24 2", "status 0");
        assertThat(answers)
                .containsEntry("4", "STATUS 0 256 snapshot 16/43 16")
                .containsEntry("6", "STATUS 0 256 snapshot 40/43 16");
    }

    @Test
    void aLongWriteThatRunsOutHalfWayLandsTheChunksBefore() throws Exception {
        Map<String, String> answers =
                run("origin 256 1", "cow 0 40", "snap 0 8 PO", "sw 0 4 60 2", "status 0", "sr 0 0 256", "table 0");
        byte[] view = content(256, 1);
        System.arraycopy(Prng.bytes(2, Sectors.toBytes(20)), 0, view, Sectors.toBytes(4), Sectors.toBytes(20));
        assertThat(answers)
                .containsEntry("4", EIO)
                .containsEntry("5", "STATUS 0 256 snapshot Overflow")
                .containsEntry("6", sha(view))
                .containsEntry("7", "TABLE 0 256 snapshot PO 8");
    }

    @Test
    void aDeviceWithSomethingElseOnItIsRefused() throws Exception {
        Map<String, String> answers = run(
                "origin 256 1",
                "cow 0 64",
                "rawfill 0 0 8 99",
                "snap 0 8",
                "cow 0 64",
                "rawfill 0 8 8 99",
                "snap 0 8",
                "status 0",
                "sr 0 0 256");
        assertThat(answers)
                .containsEntry("4", REFUSED)
                .containsEntry("7", "OK")
                .containsEntry("8", "STATUS 0 256 snapshot 16/64 16")
                .containsEntry("9", sha(content(256, 1)));
    }

    @Test
    void aCopyThatCannotBeReadEndsTheSnapshotAndNotTheWrite() throws Exception {
        Map<String, String> answers = run(
                "origin 256 1",
                "cow 0 64",
                "snap 0 8",
                "fail o 12 4",
                "ow 8 4 2",
                "status 0",
                "or 8 4",
                "sr 0 0 8",
                "ow 12 4 3",
                "heal o",
                "or 0 256");
        assertThat(answers)
                .containsEntry("5", "OK")
                .containsEntry("6", "STATUS 0 256 snapshot Invalid")
                .containsEntry("7", sha(content(4, 2)))
                .containsEntry("8", EIO)
                .containsEntry("9", EIO)
                .containsEntry("11", sha(content(256, 1, 8, 4, 2)));
    }

    @Test
    void aReadThatFailsChangesNothing() throws Exception {
        Map<String, String> answers = run(
                "origin 256 1",
                "cow 0 64",
                "snap 0 8",
                "ow 0 8 2",
                "fail 0 16 8",
                "sr 0 0 8",
                "fail o 8 1",
                "sr 0 8 8",
                "heal 0",
                "heal o",
                "sr 0 0 16",
                "status 0");
        assertThat(answers)
                .containsEntry("6", EIO)
                .containsEntry("8", EIO)
                .containsEntry("11", sha(content(16, 1)))
                .containsEntry("12", "STATUS 0 256 snapshot 24/64 16");
    }

    @Test
    void metadataThatCannotBeWrittenEndsTheSnapshot() throws Exception {
        Map<String, String> answers =
                run("origin 256 1", "cow 0 64", "snap 0 8", "fail 0 8 1", "ow 0 8 2", "status 0", "or 0 8");
        assertThat(answers)
                .containsEntry("5", "OK")
                .containsEntry("6", "STATUS 0 256 snapshot Invalid")
                .containsEntry("7", sha(content(8, 2)));
    }

    @Test
    void aStaleStoreIsTakenAsItIs() throws Exception {
        Map<String, String> answers = run(
                "origin 256 1",
                "cow 0 64",
                "snap 0 8",
                "ow 0 8 2",
                "drop 0",
                "ow 0 16 3",
                "activate 0 8",
                "sr 0 0 256",
                "status 0");
        assertThat(answers).containsEntry("8", sha(stale())).containsEntry("9", "STATUS 0 256 snapshot 24/64 16");
    }

    /** The first chunk of the store, the second as it was changed meanwhile. */
    private static byte[] stale() {
        byte[] view = content(256, 1, 0, 16, 3);
        System.arraycopy(content(256, 1), 0, view, 0, Sectors.toBytes(8));
        return view;
    }

    @Test
    void overlappingWritesEndInTheOrderInWhichTheyBegan() throws Exception {
        Map<String, String> answers = run(
                "origin 256 1",
                "cow 0 64",
                "snap 0 8",
                "delay 0 0 100",
                "bg ow 0 8 2",
                "bg ow 4 8 3",
                "bg sw 0 2 3 4",
                "bg sw 0 3 8 5",
                "bg ow 0 2 6",
                "join",
                "or 0 256",
                "sr 0 0 256");
        assertThat(answers)
                .containsEntry("11", sha(content(256, 1, 0, 8, 2, 4, 8, 3, 0, 2, 6)))
                .containsEntry("12", sha(content(256, 1, 2, 3, 4, 3, 8, 5)));
    }

    @Test
    void whatWasUnderWayWhenThePowerWasCutIsGone() throws Exception {
        Map<String, String> answers = run(
                "origin 256 1",
                "cow 0 64",
                "snap 0 8 PO",
                "ow 0 8 2",
                "delay o 0 100",
                "bg ow 0 8 3",
                "sleep 50",
                "crash",
                "activate 0 8 PO",
                "or 0 8",
                "sr 0 0 8",
                "table 0",
                "dumpraw 0 24");
        assertThat(answers)
                .doesNotContainKey("6")
                .containsEntry("10", sha(content(8, 2)))
                .containsEntry("11", sha(content(8, 1)))
                .containsEntry("12", "TABLE 0 256 snapshot PO 8")
                .containsEntry("13", "DUMP cow0.L13.img sectors=24");
    }

    @Test
    void whatIsNotThereIsRefused() throws Exception {
        Map<String, String> answers = run(
                "origin 256 1",
                "snap 0 8",
                "cow 0 64",
                "snap 0 8",
                "snap 0 8",
                "status 1",
                "cow 1 64",
                "snap 1 8 P 1 discard_passdown_origin",
                "snap 1 8 X",
                "odiscard 0 8",
                "ostatus");
        assertThat(answers)
                .containsEntry("2", REFUSED)
                .containsEntry("4", "OK")
                .containsEntry("5", REFUSED)
                .containsEntry("6", REFUSED)
                .containsEntry("8", REFUSED)
                .containsEntry("9", REFUSED)
                .containsEntry("10", "ERR EOPNOTSUPP")
                .containsEntry("11", "STATUS 0 256 snapshot-origin");
    }
}
