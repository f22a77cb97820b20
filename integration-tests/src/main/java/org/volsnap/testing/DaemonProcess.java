/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * A daemon of HDFS in a JVM of its own, with a directory of its own: {@code conf}, {@code log}, {@code tmp}, and what its
 * configuration puts there. It can be killed and started again, on the same ports, and does not outlive the process that
 * made it. Safe for many threads.
 */
public final class DaemonProcess {
    private static final int LONGEST_END_SECONDS = 60;

    private final DaemonKind kind;
    private final String name;
    private final Path directory;
    private @Nullable Process process;

    /**
     * Writes the configuration; does not start it.
     *
     * @param name for messages, and of the directory
     */
    DaemonProcess(DaemonKind kind, String name, Path parent, Configuration conf) throws IOException {
        this.kind = requireNonNull(kind, "kind is null");
        this.name = requireNonNull(name, "name is null");
        this.directory = parent.resolve(name);
        Files.createDirectories(directory.resolve("tmp"));
        Path site = Files.createDirectories(directory.resolve("conf"));
        for (String file : List.of("core-site.xml", "hdfs-site.xml")) {
            try (OutputStream out = Files.newOutputStream(site.resolve(file))) {
                conf.writeXml(out);
            }
        }
    }

    public DaemonKind kind() {
        return kind;
    }

    public String name() {
        return name;
    }

    /** Below which everything lies that it writes. */
    public Path directory() {
        return directory;
    }

    /** Starts it; does not wait until it serves. */
    public synchronized void start() throws IOException {
        if (isAlive()) {
            throw new IllegalStateException(this + " is running");
        }
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Djava.net.preferIPv4Stack=true",
                        "-Djava.io.tmpdir=" + directory.resolve("tmp"),
                        "-Dlog4j.configuration=demo-log4j.properties",
                        "-cp",
                        directory.resolve("conf") + File.pathSeparator + System.getProperty("java.class.path"),
                        DaemonMain.class.getName(),
                        kind.name())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
                .start();
    }

    public synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Of its last run. */
    public synchronized long pid() {
        return last().pid();
    }

    /** SIGKILL, if it runs. */
    public void kill() {
        signal(true);
    }

    /** SIGKILL, if it runs; does not wait for its end. */
    synchronized void killAtOnce() {
        if (isAlive()) {
            last().destroyForcibly();
        }
    }

    /** SIGTERM, as {@code hdfs --daemon stop} does. */
    public void stop() {
        signal(false);
    }

    private void signal(boolean forcibly) {
        Process running;
        synchronized (this) {
            if (!isAlive()) {
                return;
            }
            running = last();
        }
        if (forcibly) {
            running.destroyForcibly();
        } else {
            running.destroy();
        }
        if (!awaitEnd(running, LONGEST_END_SECONDS)) {
            running.destroyForcibly();
            throw new AssertionError(this + " does not end");
        }
    }

    /** Tells a running one to end by itself, as by SIGKILL, when it has reached a point of {@link FaultPoints} so often. */
    public synchronized void arm(String point, int times) throws IOException {
        OutputStream in = last().getOutputStream();
        in.write((times + " " + point + "\n").getBytes(UTF_8));
        in.flush();
    }

    /** @return whether it has ended by then */
    public boolean awaitEnd(int seconds) {
        Process running;
        synchronized (this) {
            running = last();
        }
        return awaitEnd(running, seconds);
    }

    private static boolean awaitEnd(Process running, int seconds) {
        try {
            return running.waitFor(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for process " + running.pid(), e);
        }
    }

    private Process last() {
        return requireNonNull(process, () -> name + " was never started");
    }

    /** To which all its runs append what they print. */
    public Path logFile() {
        return directory.resolve("log");
    }

    @Override
    public synchronized String toString() {
        return name + (process == null ? "" : " (pid " + process.pid() + ")");
    }
}
