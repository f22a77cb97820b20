/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.ToolRunner;
import org.volsnap.cli.Console;
import org.volsnap.cli.VolsnapAdmin;

/** Runs {@code hdfs volsnap ...} in this process and keeps what it prints. */
public final class CommandLine {
    private CommandLine() {}

    /** Runs with a copy of {@code conf}. What the command throws is a bug and comes out as an {@link AssertionError}. */
    public static CommandResult run(Configuration conf, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        return new CommandResult(exitCode(conf, console, args), out.toString(UTF_8), err.toString(UTF_8));
    }

    /** Runs with a copy of {@code conf}, printing to {@code console}. */
    public static int exitCode(Configuration conf, Console console, String... args) {
        try {
            return ToolRunner.run(new VolsnapAdmin(new Configuration(conf), console), args);
        } catch (Exception e) {
            throw new AssertionError("hdfs volsnap " + String.join(" ", args) + " threw", e);
        }
    }
}
