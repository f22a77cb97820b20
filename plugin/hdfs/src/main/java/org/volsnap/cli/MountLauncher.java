/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.Shell;
import org.volsnap.namenode.mount.MountLine;
import org.volsnap.namenode.mount.MountLine.Kind;
import org.volsnap.namenode.mount.MountProcess;
import org.volsnap.namenode.mount.MountRequest;

/**
 * Starts the process of a snapshot's NameNode, with this process's Java, options and class path, and in a session of its
 * own where the system has {@code setsid}, so that it outlives the terminal. Shows what it does until it is ready. A
 * command that is interrupted before takes the process along.
 */
final class MountLauncher {
    private final Configuration conf;
    private final Console console;

    MountLauncher(Configuration conf, Console console) {
        this.conf = requireNonNull(conf, "conf is null");
        this.console = requireNonNull(console, "console is null");
    }

    /** @return the exit code: 1 when blocks have no replica */
    int launch(MountRequest request) throws IOException {
        Path configuration = Files.createTempFile("volsnap-mount", ".xml"); // readable by this user only
        File log = log(request.snapshot());
        try {
            try (OutputStream out = Files.newOutputStream(configuration)) {
                conf.writeXml(out);
            }
            Process process = new ProcessBuilder(commandLine(configuration, request))
                    .redirectInput(new File("/dev/null"))
                    .redirectError(ProcessBuilder.Redirect.appendTo(log))
                    .start();
            return follow(process, log);
        } finally {
            Files.deleteIfExists(configuration);
        }
    }

    private static List<String> commandLine(Path configuration, MountRequest request) {
        List<String> line = new ArrayList<>();
        setsid().ifPresent(line::add);
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.contains("jdwp")) // its port is taken
                .forEach(line::add);
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), MountProcess.class.getName()));
        line.add(configuration.toString());
        line.addAll(request.toArguments());
        return line;
    }

    private static Optional<String> setsid() {
        return Shell.WINDOWS
                ? Optional.empty()
                : List.of("/usr/bin/setsid", "/bin/setsid").stream()
                        .filter(path -> Files.isExecutable(Path.of(path)))
                        .findFirst();
    }

    /** Beside Hadoop's own logs where this user may write there. */
    private static File log(String snapshot) {
        String hadoop = System.getProperty("hadoop.log.dir", "");
        Path directory = !hadoop.isEmpty() && Files.isWritable(Path.of(hadoop))
                ? Path.of(hadoop)
                : Path.of(System.getProperty("java.io.tmpdir"));
        return directory
                .resolve("volsnap-mount-" + System.getProperty("user.name") + "-" + snapshot + ".log")
                .toFile();
    }

    private int follow(Process process, File log) throws IOException {
        Thread interrupted = new Thread(process::destroy, "volsnap mount interrupted");
        Runtime.getRuntime().addShutdownHook(interrupted);
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Optional<MountLine> said = MountLine.parse(line);
                if (said.isPresent() && said.get().kind() == Kind.STEP) {
                    console.err().println(said.get().text());
                } else if (said.isPresent()) {
                    return end(said.get(), process, log);
                }
            }
            throw new IOException(
                    "the NameNode of the snapshot ended with exit code " + process.waitFor() + "; see " + log);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the NameNode of the snapshot");
        } finally {
            Runtime.getRuntime().removeShutdownHook(interrupted);
        }
    }

    private int end(MountLine last, Process process, File log) throws IOException, InterruptedException {
        if (last.kind() == Kind.FAILED) {
            process.waitFor(); // it cleans up
            throw new IOException(last.text() + " (see " + log + ")");
        }
        String[] parts = last.text().split(" ", 2);
        console.out().println(parts[0]);
        long missing = Long.parseLong(parts[1]);
        if (missing > 0) {
            console.err().printf("%,d blocks have no replica that a DataNode has reported%n", missing);
        }
        return missing == 0 ? 0 : 1;
    }
}
