/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.volsnap.testing.VolsnapCluster;

/**
 * A cluster to play with: runs until its terminal says {@code quit} or ends. {@code stop} and {@code start} are what an
 * operator does to all daemons between {@code -prepareRollback}, {@code -rollback} and the work after it.
 */
public final class PlayCluster {
    private final VolsnapCluster cluster;
    private final Terminal terminal;

    private PlayCluster(VolsnapCluster cluster, Terminal terminal) {
        this.cluster = cluster;
        this.terminal = terminal;
    }

    /** Arguments: a directory for the cluster's files, the log file, the directory for the clients' configuration. */
    public static void main(String[] args) {
        Terminal terminal = Terminal.ofProcess();
        int exitCode = 0;
        Path conf = Path.of(args[2]);
        try (Workspace workspace = Workspace.create(Path.of(args[0]), Path.of(args[1]), terminal);
                VolsnapCluster cluster = DemoCluster.start(workspace.directory())) {
            workspace.removeAtEnd(conf);
            writeConfiguration(cluster, conf);
            new PlayCluster(cluster, terminal).obey(new BufferedReader(new InputStreamReader(System.in, UTF_8)));
        } catch (IOException | RuntimeException e) {
            terminal.bad("The cluster failed: " + e.getMessage() + " (log: " + args[1] + ")");
            e.printStackTrace();
            exitCode = 2;
        }
        System.exit(exitCode);
    }

    private void obey(BufferedReader lines) throws IOException {
        terminal.say("HDFS is up. In another terminal: bin/volsnap hdfs dfs -ls /");
        terminal.say("                                 bin/volsnap hdfs volsnap -create first");
        terminal.say("Here: stop (all daemons), start, quit");
        boolean running = true;
        for (String line = lines.readLine(); line != null && !line.equals("quit"); line = lines.readLine()) {
            if (line.equals("stop") && running) {
                cluster.stopNameNode();
                cluster.stopDataNodes();
                running = false;
                terminal.say("stopped");
            } else if (line.equals("start") && !running) {
                cluster.startNameNode();
                cluster.startDataNodes();
                running = true;
                terminal.say("started");
            } else {
                terminal.say("stop, start or quit; the cluster is " + (running ? "running" : "stopped"));
            }
        }
    }

    private static void writeConfiguration(VolsnapCluster cluster, Path directory) throws IOException {
        Files.createDirectories(directory);
        try (OutputStream out = Files.newOutputStream(directory.resolve("hdfs-site.xml"))) {
            cluster.configuration().writeXml(out);
        }
        try (OutputStream out = Files.newOutputStream(directory.resolve("core-site.xml"))) {
            cluster.configuration().writeXml("fs.defaultFS", new OutputStreamWriter(out, UTF_8));
        }
    }
}
