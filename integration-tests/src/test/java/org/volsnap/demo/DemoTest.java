/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
    private static final int FILES = 24;
    private static final int INTERRUPT = 2;
    private static final int TERMINATE = 15;

    @TempDir
    Path directory;

    private Path source;
    private Path clusters;
    private Path output;

    @BeforeEach
    void makeFiles() throws IOException {
        source = Files.createDirectories(directory.resolve("source/a b"));
        clusters = directory.resolve("clusters");
        output = directory.resolve("output");
        Random random = new Random(7);
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = new byte[i % 4 == 0 ? 2_500_000 : 10_000 * i];
            random.nextBytes(bytes);
            Files.write(source.resolve("file:" + i), bytes);
        }
    }

    @Test
    void everyFileComesBackAndTheLastLineSaysSo() throws Exception {
        Process demo = start();

        assertThat(demo.waitFor(5, TimeUnit.MINUTES)).isTrue();

        List<String> lines = Files.readAllLines(output);
        int compared = FILES + 2;
        assertThat(lines.get(lines.size() - 1))
                .matches(compared + " files compared, " + compared
                        + " identical; create [\\d.]+ s, rollback [\\d.]+ s; [\\d,]+ bytes preserved");
        assertThat(demo.exitValue()).isZero();
        assertThat(lines).contains("   $ hdfs volsnap -create demo", "   $ hdfs volsnap -rollback demo");
        assertThat(Files.readString(output)).as("not a terminal").doesNotContain("\u001b", "\r");
        assertThat(clusters).isEmptyDirectory();
    }

    @Test
    void anInterruptLeavesNothingBehindAndPrintsNoStackTrace() throws Exception {
        Process demo = start();
        Awaitility.await()
                .atMost(Duration.ofMinutes(3))
                .until(() -> Files.readString(output).contains("copied "));

        int signal = ignoresInterrupts(demo) ? TERMINATE : INTERRUPT;
        new ProcessBuilder("kill", "-" + signal, Long.toString(demo.pid()))
                .start()
                .waitFor();

        assertThat(demo.waitFor(1, TimeUnit.MINUTES)).isTrue();
        // Of either signal: a shutdown hook can't tell which it was.
        assertThat(demo.exitValue()).isEqualTo(128 + INTERRUPT);
        assertThat(clusters).isEmptyDirectory();
        assertThat(Files.readString(output)).endsWith("interrupted\n").doesNotContain("\tat ", "Exception");
    }

    /** A shell without job control starts its background jobs so, and whatever they start inherits it: CI may run that way. */
    private static boolean ignoresInterrupts(Process process) throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("SigIgn:"))
                    .map(line -> Long.parseUnsignedLong(
                            line.substring("SigIgn:".length()).trim(), 16))
                    .anyMatch(ignored -> (ignored >> (INTERRUPT - 1) & 1) == 1);
        }
    }

    @Test
    void aDirectoryWithoutFilesIsRefused() throws Exception {
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Process demo = start();

        assertThat(demo.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(demo.exitValue()).isEqualTo(2);
        assertThat(Files.readString(output)).contains("there is no readable file below " + directory.resolve("source"));
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "-Djava.net.preferIPv4Stack=true",
                        "-Dlog4j.configuration=demo-log4j.properties",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Demo.class.getName(),
                        directory.toString(),
                        clusters.toString(),
                        directory.resolve("log").toString(),
                        directory.resolve("source").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }
}
