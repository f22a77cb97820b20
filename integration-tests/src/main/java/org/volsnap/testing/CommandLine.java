/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.ToolRunner;
import org.volsnap.cli.Console;
import org.volsnap.cli.VolsnapAdmin;

/** Runs {@code hdfs volsnap ...} in this process and keeps what it prints. */
public final class CommandLine {
    private CommandLine() {}

    /**
     * Runs with a copy of {@code conf}. What the command throws is a bug and comes out as an {@link AssertionError}.
     */
    public static CommandResult run(Configuration conf, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        return new CommandResult(exitCode(conf, console, args), out.toString(UTF_8), err.toString(UTF_8));
    }

    /**
     * Runs in a process of its own, which knows nothing but the configuration, like a user's.
     *
     * @param directory where the configuration and the output are put
     */
    public static CommandResult runForked(Configuration conf, Path directory, String... args)
            throws IOException, InterruptedException {
        return runForked(VolsnapAdmin.class, conf, directory, args);
    }

    /** The same for another command: the class that the {@code hdfs} script starts. */
    public static CommandResult runForked(Class<?> command, Configuration conf, Path directory, String... args)
            throws IOException, InterruptedException {
        Path site = directory.resolve("hdfs-site.xml");
        try (OutputStream file = Files.newOutputStream(site)) {
            conf.writeXml(file);
        }
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dlog4j.configuration=client-log4j.properties",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                command.getName(),
                "-conf",
                site.toString()));
        line.addAll(List.of(args));
        int exitCode = new ProcessBuilder(line)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new CommandResult(exitCode, Files.readString(out), Files.readString(err));
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
