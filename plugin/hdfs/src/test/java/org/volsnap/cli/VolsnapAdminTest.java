/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.ToolRunner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VolsnapAdminTest {
    /** Port 1 of this host: nobody listens there. */
    private static final String NOBODY = "hdfs://localhost:1";

    private final RecordingConsole printed = new RecordingConsole();

    @Test
    void withoutACommandItShowsAllUsageLinesOnStandardError() throws Exception {
        assertThat(run()).isEqualTo(1);
        assertThat(printed.out()).isEmpty();
        assertThat(printed.err())
                .contains("hdfs volsnap -create [-allowMissing N] [NAME]")
                .contains("hdfs volsnap -list")
                .contains("hdfs volsnap -status [NAME]")
                .contains("hdfs volsnap -verify NAME")
                .contains("hdfs volsnap -restore NAME PATH... [-to DIR] [-overwrite] [-dryRun] [-threads N]")
                .contains("hdfs volsnap -undelete PATH")
                .contains("hdfs volsnap -delete [-dryRun] NAME")
                .contains("hdfs volsnap -prepareRollback [-dryRun] [-force] NAME")
                .contains("hdfs volsnap -cancelRollback")
                .contains("hdfs volsnap -rollback [-dryRun] [-force] [-acceptLoss] NAME")
                .contains("hdfs volsnap -undoRollback [-dryRun] [-force]")
                .contains("hdfs volsnap -restoreRegistry")
                .contains("hdfs volsnap -checkStore PATH [-repairTo DIR]")
                .contains("hdfs volsnap -help [COMMAND]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-allowMissing", "-allowMissing some", "-allowMissing -1", "-allowMissing some nightly"})
    void allowMissingNeedsANumber(String arguments) throws Exception {
        assertThat(run(("-create " + arguments).split(" "))).isEqualTo(1);
        assertThat(printed.err()).startsWith("-create: -allowMissing needs a number");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '#',
            value = {
                "-restore, The name of a snapshot is missing",
                "-restore nightly, The path to restore is missing",
                "-restore nightly a, 'a' is not an absolute path",
                "-restore nightly /a -to b, 'b' is not an absolute path",
                "-restore nightly /a -to, -to needs a value",
                "-restore nightly /a -to -dryRun, -to needs a value",
                "-restore nightly /a -threads 0, -threads needs a number from 1 on",
                "-restore nightly /a -quickly, Unknown option '-quickly'",
                "-undelete, The path is missing",
                "-undelete a, 'a' is not an absolute path",
                "-undelete /a /b, Too many arguments",
            })
    void aRestoreNeedsItsPaths(String line, String message) throws Exception {
        assertThat(run(line.split(" "))).isEqualTo(1);
        assertThat(printed.err()).startsWith(line.split(" ")[0] + ": " + message);
    }

    @Test
    void aRestoreThatWouldBringTwoPathsToOnePlaceIsNotBegun() throws Exception {
        assertThat(run("-restore", "nightly", "/a/x", "/b/x", "-to", "/c")).isEqualTo(-1);
        assertThat(printed.err()).isEqualToIgnoringNewLines("IllegalArgumentException: two paths would come to /c/x");
    }

    @Test
    void aCommandWithoutItsDashIsExplained() throws Exception {
        assertThat(run("create", "nightly")).isEqualTo(1);
        assertThat(printed.err())
                .startsWith("Can't understand command 'create'")
                .contains("Command names must start with dashes.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-create", "-list", "-status", "-verify", "-delete", "-prepareRollback", "-rollback"})
    void anUnknownOptionIsRefusedBeforeAnybodyIsAsked(String command) throws Exception {
        assertThat(run(command, "-quickly")).isEqualTo(1);
        assertThat(printed.err())
                .startsWith(command + ": Unknown option '-quickly'")
                .contains("Usage: hdfs volsnap " + command);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-create",
                "-list",
                "-status",
                "-delete",
                "-prepareRollback",
                "-cancelRollback",
                "-rollback",
                "-undoRollback"
            })
    void tooManyArgumentsAreRefused(String command) throws Exception {
        assertThat(run(command, "one", "two")).isEqualTo(1);
        assertThat(printed.err()).startsWith(command + ": Too many arguments");
    }

    @Test
    void verifyTakesOneAbsolutePath() throws Exception {
        assertThat(run("-verify", "one", "two")).isEqualTo(1);
        assertThat(printed.err()).startsWith("-verify: 'two' is not an absolute path");
        assertThat(run("-verify", "one", "/two", "/three")).isEqualTo(1);
        assertThat(printed.err()).contains("-verify: Too many arguments");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-verify", "-delete", "-prepareRollback", "-rollback"})
    void aMissingNameIsRefused(String command) throws Exception {
        assertThat(run(command)).isEqualTo(1);
        assertThat(printed.err()).startsWith(command + ": The name of a snapshot is missing");
    }

    @ParameterizedTest
    @CsvSource({"create", "-create", "rollback", "help"})
    void helpExplainsACommand(String command) throws Exception {
        assertThat(run("-help", command)).isZero();
        assertThat(printed.out()).isEmpty();
        assertThat(printed.err()).startsWith("hdfs volsnap -" + command.replaceFirst("^-", ""));
    }

    @Test
    void helpExplainsAllCommands() throws Exception {
        assertThat(run("-help")).isZero();
        assertThat(printed.err()).contains("-create [-allowMissing N] [NAME]").contains("-acceptLoss");
    }

    @Test
    void helpOfAnUnknownCommandNamesTheKnownOnes() throws Exception {
        assertThat(run("-help", "clone")).isEqualTo(1);
        assertThat(printed.err()).startsWith("-help: Unknown command 'clone'. Commands are: create, list");
    }

    @Test
    void aFileSystemThatIsNotHdfsIsAnIllegalArgument() throws Exception {
        assertThat(run("-fs", "file:///", "-list")).isEqualTo(-1);
        assertThat(printed.err()).hasLineCount(1).startsWith("IllegalArgumentException: ");
    }

    @Test
    void aNameNodeThatIsDownIsReportedInOneLineAndSoon() throws Exception {
        long start = System.nanoTime();

        assertThat(run("-fs", NOBODY, "-list")).isEqualTo(2);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        assertThat(printed.out()).isEmpty();
        assertThat(printed.err())
                .hasLineCount(1)
                .startsWith("ConnectException: ")
                .contains("localhost:1");
    }

    private int run(String... args) throws Exception {
        return ToolRunner.run(new VolsnapAdmin(new Configuration(), printed.console()), args);
    }
}
