/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FsShell;
import org.apache.hadoop.hdfs.tools.DFSAdmin;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;
import org.volsnap.cli.VolsnapAdmin;
import org.volsnap.testing.CommandLine;

/** Runs commands as a user types them and shows the lines. What Hadoop's own commands print goes to the log. */
final class HdfsCommands {
    private static final int PATHS_PER_COMMAND = 500;

    private final Configuration conf;
    private final Terminal terminal;

    HdfsCommands(Configuration conf, Terminal terminal) {
        this.conf = conf;
        this.terminal = terminal;
    }

    /** {@code hdfs volsnap args...}, with its output shown. */
    void volsnap(String... args) throws IOException {
        terminal.command("hdfs volsnap " + String.join(" ", args));
        requireSuccess("hdfs volsnap " + args[0], CommandLine.exitCode(conf, terminal.console(), args));
    }

    /** {@code hdfs volsnap args...} in a process of its own, as for a command that needs no NameNode. */
    void volsnapInOwnProcess(Path directory, String... args) throws IOException {
        terminal.command("hdfs volsnap " + String.join(" ", args));
        Path site = directory.resolve("hdfs-site.xml");
        try (OutputStream out = Files.newOutputStream(site)) {
            conf.writeXml(out);
        }
        List<String> all = new ArrayList<>(List.of("-conf", site.toString()));
        all.addAll(List.of(args));
        requireSuccess("hdfs volsnap " + args[0], FreshJvm.run(VolsnapAdmin.class, all.toArray(String[]::new)));
    }

    /** {@code hdfs dfs -rm -skipTrash paths...} */
    void removeSkippingTrash(List<String> paths) throws IOException {
        terminal.command("hdfs dfs -rm -skipTrash " + paths.get(0) + " ... (" + paths.size() + " files)");
        for (int start = 0; start < paths.size(); start += PATHS_PER_COMMAND) {
            List<String> args = new ArrayList<>(List.of("-rm", "-skipTrash"));
            paths.subList(start, Math.min(start + PATHS_PER_COMMAND, paths.size()))
                    .forEach(path -> args.add(withoutGlobs(path)));
            requireSuccess("hdfs dfs -rm", run(new FsShell(), args));
        }
    }

    /** {@code hdfs dfs args...} */
    void dfs(String... args) throws IOException {
        terminal.command("hdfs dfs " + String.join(" ", args));
        requireSuccess("hdfs dfs " + args[0], run(new FsShell(), List.of(args)));
    }

    /** {@code hdfs dfsadmin args...} */
    void dfsadmin(String... args) throws IOException {
        terminal.command("hdfs dfsadmin " + String.join(" ", args));
        requireSuccess("hdfs dfsadmin " + args[0], run(new DFSAdmin(), List.of(args)));
    }

    private int run(Tool tool, List<String> args) throws IOException {
        try {
            return ToolRunner.run(new Configuration(conf), tool, args.toArray(String[]::new));
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(String.join(" ", args.subList(0, 1)) + " failed", e);
        }
    }

    /** A shell would quote these; to HDFS's shell they are patterns. */
    private static String withoutGlobs(String path) {
        return path.replaceAll("[\\\\*?\\[\\]{}]", "\\\\$0");
    }

    private static void requireSuccess(String command, int exitCode) throws IOException {
        if (exitCode != 0) {
            throw new IOException(command + " ended with exit code " + exitCode);
        }
    }
}
