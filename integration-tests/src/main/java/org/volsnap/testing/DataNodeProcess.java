/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.server.datanode.DataNode;

/**
 * A DataNode in a JVM of its own, so that it can be killed. It keeps its directories over {@link #start} and {@link #kill}.
 * For one thread.
 */
public final class DataNodeProcess implements AutoCloseable {
    private final Path dir;
    private final Configuration conf;
    private Process process;

    private DataNodeProcess(Path dir, Configuration conf, Process process) {
        this.dir = dir;
        this.conf = conf;
        this.process = process;
    }

    /**
     * Starts one against a running NameNode.
     *
     * @param conf the cluster's, as a client has it
     * @param dir its own: storage volumes, configuration and log; kept if it is there
     */
    public static DataNodeProcess start(Configuration conf, Path dir) throws IOException {
        Files.createDirectories(dir);
        Configuration own = new Configuration(conf);
        own.set("dfs.datanode.data.dir", dir.resolve("data").toUri().toString());
        own.set("dfs.datanode.address", "127.0.0.1:0");
        own.set("dfs.datanode.http.address", "127.0.0.1:0");
        own.set("dfs.datanode.ipc.address", "127.0.0.1:0");
        return new DataNodeProcess(dir, own, launch(own, dir, List.of()));
    }

    /**
     * Starts it again.
     *
     * @param settings keys and values that are changed for this one run; also given to it as system properties
     */
    public void restart(Map<String, String> settings) throws IOException {
        Configuration changed = new Configuration(conf);
        settings.forEach(changed::set);
        process = launch(
                changed,
                dir,
                settings.entrySet().stream()
                        .map(setting -> "-D" + setting.getKey() + "=" + setting.getValue())
                        .toList());
    }

    private static Process launch(Configuration conf, Path dir, List<String> options) throws IOException {
        Path site = dir.resolve("datanode-site.xml");
        try (OutputStream out = Files.newOutputStream(site)) {
            conf.writeXml(out);
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-Djava.net.preferIPv4Stack=true",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(DataNodeProcess.class.getName());
        command.add(site.toString());
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(dir).toFile()))
                .start();
    }

    private static Path log(Path dir) {
        return dir.resolve("datanode.log");
    }

    /** What it has logged, over all its runs. */
    public String log() throws IOException {
        return Files.readString(log(dir));
    }

    public Path storageVolume() {
        return dir.resolve("data");
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL. */
    public void kill() {
        end(process.destroyForcibly());
    }

    /** SIGTERM, as {@code hdfs --daemon stop datanode} does. */
    public void stop() {
        process.destroy();
        end(process);
    }

    /** Waits until it has ended by itself. */
    public int awaitExit() {
        return end(process);
    }

    private static int end(Process process) {
        try {
            if (!process.waitFor(90, TimeUnit.SECONDS)) {
                throw new AssertionError("process " + process.pid() + " does not end");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for process " + process.pid(), e);
        }
    }

    @Override
    public void close() {
        kill();
    }

    /** The process itself. */
    public static void main(String[] args) throws Exception {
        Configuration conf = new Configuration();
        conf.addResource(new org.apache.hadoop.fs.Path(args[0]));
        DataNode dataNode = DataNode.createDataNode(new String[0], conf);
        while (dataNode.isDatanodeUp()) {
            TimeUnit.MILLISECONDS.sleep(500);
        }
    }
}
