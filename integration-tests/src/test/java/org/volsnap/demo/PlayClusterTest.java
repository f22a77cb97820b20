/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the README tells a newcomer to type, typed: {@code bin/volsnap cluster}, and {@code bin/hdfs} in another shell.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PlayClusterTest {
    private static final int TERMINATED = 128 + 15;

    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void stop() throws InterruptedException {
        for (Process each : started) {
            each.destroyForcibly().waitFor();
        }
    }

    @Test
    void whatIsPrintedCanBeTypedAndTheFilesOutliveTheCluster() throws Exception {
        Path output = directory.resolve("first");
        Process cluster = start(output, "");
        byte[] bytes = putFile();
        type("hdfs volsnap -create mine");
        type("hdfs dfs -rm -skipTrash /file");
        List<String> next = type("hdfs volsnap -prepareRollback mine")
                .lines()
                .dropWhile(line -> !line.equals("Next:"))
                .skip(1)
                .map(String::strip)
                .toList();
        assertThat(next).first().isEqualTo("hdfs --daemon stop namenode");
        assertThat(next).last().isEqualTo("hdfs fsck /");
        String printed = "";
        for (String line : next) {
            printed = type(line);
        }

        assertThat(printed).contains("is HEALTHY");
        assertThat(read("back")).isEqualTo(bytes);
        String snapshots = type("hdfs volsnap -list");
        assertThat(snapshots).contains("mine", "before-rollback-mine-");

        cluster.destroy();

        assertThat(cluster.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(cluster.exitValue()).isEqualTo(TERMINATED);
        assertThat(Files.readString(output))
                .contains("stopped; its files stay in ")
                .doesNotContain("\tat ");

        start(directory.resolve("second"), "");

        assertThat(read("again")).isEqualTo(bytes);
        assertThat(type("hdfs volsnap -list")).isEqualTo(snapshots);
    }

    @Test
    void processesAreKilledAndStartedAgain() throws Exception {
        Path output = directory.resolve("first");
        Process cluster = start(output, "-processes");
        byte[] bytes = putFile();

        assertThat(type("kill -9 " + pid(output, "namenode0") + " " + pid(output, "datanode1")))
                .isEmpty();
        type("hdfs --daemon start namenode");
        type("hdfs --daemon start datanode");

        assertThat(read("back")).isEqualTo(bytes);
        assertThat(type("hdfs volsnap -create mine")).contains("Created volume snapshot mine");

        List<ProcessHandle> daemons = cluster.descendants().toList();
        assertThat(daemons).hasSize(4);
        cluster.destroyForcibly();

        // A cluster that is gone leaves no process behind, whatever way it went.
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> daemons.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** The last one that was shown for this daemon. */
    private static String pid(Path output, String daemon) throws IOException {
        return Pattern.compile("kill -9 (\\d+) +# " + daemon)
                .matcher(Files.readString(output))
                .results()
                .reduce((first, second) -> second)
                .orElseThrow()
                .group(1);
    }

    private byte[] putFile() throws Exception {
        byte[] bytes = new byte[2_500_000];
        new Random(5).nextBytes(bytes);
        Files.write(directory.resolve("file"), bytes);
        type("hdfs dfs -put file /file");
        return bytes;
    }

    private Process start(Path output, String option) throws IOException {
        Process cluster = shell("exec volsnap cluster " + option)
                .redirectOutput(output.toFile())
                .start();
        started.add(cluster);
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> Files.readString(output).contains("Ctrl-C stops it") || !cluster.isAlive());
        assertThat(cluster.isAlive()).as(Files.readString(output)).isTrue();
        return cluster;
    }

    private byte[] read(String local) throws Exception {
        type("hdfs dfs -get /file " + local);
        return Files.readAllBytes(directory.resolve(local));
    }

    /** @return what it prints, when it succeeds */
    private String type(String line) throws Exception {
        Path printed = Files.createTempFile(directory, "printed", "");
        Process process = shell(line).redirectOutput(printed.toFile()).start();
        if (!process.waitFor(3, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        String text = Files.readString(printed);
        assertThat(process.waitFor()).as(line + ": " + text).isZero();
        return text;
    }

    private ProcessBuilder shell(String line) throws IOException {
        ProcessBuilder shell = new ProcessBuilder("bash", "-c", line)
                .directory(directory.toFile())
                .redirectErrorStream(true);
        Path commands = Path.of("..", "bin").toRealPath();
        shell.environment().merge("PATH", commands.toString(), (path, bin) -> bin + ":" + path);
        shell.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // Fifteen short lives: the second compiler's work costs them more than it gains.
        shell.environment().put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
        shell.environment().put("VOLSNAP_PLAY", directory.resolve("play").toString());
        shell.environment().put("VOLSNAP_CLASS_PATH", System.getProperty("java.class.path"));
        shell.environment().remove("HADOOP_CONF_DIR");
        return shell;
    }
}
