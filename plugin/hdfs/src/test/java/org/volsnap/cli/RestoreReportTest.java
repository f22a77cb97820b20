/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.volsnap.restore.Outcome;

class RestoreReportTest {
    private final RecordingConsole printed = new RecordingConsole();
    private long nanos;

    @Test
    void aDryRunNamesEachPathWithWhatWouldBeDone() {
        RestoreReport report = report(true, false);
        report.begins(6, 3000);
        report.done(Outcome.UNCHANGED, false, new Path("/a/same"), 100, "");
        report.done(Outcome.COPIED, true, new Path("/a"), 0, "");
        report.done(Outcome.COPIED, false, new Path("/a/gone"), 2048, "");
        report.done(Outcome.ATTRIBUTES, false, new Path("/a/mode"), 10, "permissions, ACL");
        report.conflict(false, new Path("/a/other"), "has another content now");

        assertThat(report.end()).isEqualTo(1);
        assertThat(printed.out().lines())
                .startsWith(
                        "copy /a/",
                        "copy /a/gone (2 K)",
                        "set attributes of /a/mode (permissions, ACL)",
                        "leave alone /a/other: has another content now")
                .endsWith("Nothing was changed");
        assertThat(printed.out())
                .containsPattern("As they were +1 +0 +100")
                .containsPattern("Copied +1 +1 +2048")
                .containsPattern("Left alone +1 +0 +-");
    }

    @Test
    void aRunNamesOnlyWhatItDidNotDo() {
        RestoreReport report = report(false, false);
        report.begins(3, 30);
        report.done(Outcome.COPIED, false, new Path("/a"), 10, "");
        report.conflict(true, new Path("/b"), "is a file now and was a directory");
        report.failed(false, new Path("/c"), new FileNotFoundException("no replica\n\tat somewhere"));

        assertThat(report.end()).isEqualTo(2);
        assertThat(printed.out().lines()).first().isEqualTo("leave alone /b/: is a file now and was a directory");
        assertThat(printed.out()).doesNotContain("/a").doesNotContain("Nothing was changed");
        assertThat(printed.err().lines())
                .containsExactly(
                        "/c: FileNotFoundException: no replica",
                        "What was left alone has other bytes now: see -overwrite, or bring it beside with -to DIR");
    }

    @Test
    void withoutFindingsTheExitCodeIsZero() {
        RestoreReport report = report(false, false);
        report.begins(1, 0);
        report.done(Outcome.UNCHANGED, false, new Path("/a"), 0, "");

        assertThat(report.end()).isZero();
    }

    @Test
    void whoIsNoTerminalGetsALineNowAndThen() {
        RestoreReport report = report(false, false);
        report.begins(4, 4L << 20);
        report.progress(1 << 20);
        assertThat(printed.err()).isEmpty();
        nanos += TimeUnit.SECONDS.toNanos(10);

        report.progress(1 << 20);

        assertThat(printed.err()).isEqualTo("50 %  2 M of 4 M, 0 of 4 paths, 204.8 K/s" + System.lineSeparator());
    }

    @Test
    void aTerminalGetsABarThatMakesRoomForLines() {
        RestoreReport report = report(false, true);
        report.begins(4, 0);
        nanos += TimeUnit.SECONDS.toNanos(1);
        report.done(Outcome.COPIED, false, new Path("/a"), 0, "");
        assertThat(printed.err())
                .startsWith("\r[#######                       ]  25 %")
                .doesNotContain("\n");

        report.conflict(false, new Path("/b"), "is longer now");

        assertThat(printed.err()).endsWith("\r\u001b[K");
    }

    @Test
    void afterAnInterruptItSaysNoMore() {
        RestoreReport report = report(true, false);
        report.begins(2, 0);
        report.silence();
        report.done(Outcome.COPIED, false, new Path("/a"), 0, "");
        report.failed(false, new Path("/b"), new IOException("no NameNode"));

        assertThat(printed.out()).isEmpty();
        assertThat(printed.err()).isEmpty();
    }

    private RestoreReport report(boolean dryRun, boolean terminal) {
        RestoreProgress progress = new RestoreProgress(printed.console().err(), terminal, () -> nanos);
        return new RestoreReport(printed.console(), dryRun, progress);
    }
}
