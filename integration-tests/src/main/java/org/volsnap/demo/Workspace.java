/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * The directory in which the demo's cluster lives, gone when the demo ends, also by Ctrl-C. A killed process leaves it
 * behind, for the next demo to remove.
 */
final class Workspace implements AutoCloseable {
    /** Before Hadoop's own hooks, which would close a file system whose cluster is going away. */
    private static final int HOOK_PRIORITY = 100;

    private static final int INTERRUPTED = 130;
    private static final int MAX_TRIES = 20;

    private final Path directory;
    private volatile boolean closed;

    private Workspace(Path directory) {
        this.directory = directory;
    }

    /** Makes an empty directory below {@code parent} and sends what Hadoop prints to {@code log}. */
    static Workspace create(Path parent, Path log, Terminal terminal) throws IOException {
        hadoopPrintsTo(log);
        Files.createDirectories(parent);
        Workspace workspace = new Workspace(Files.createTempDirectory(parent, Demo.DIRECTORY_PREFIX));
        // Jetty unpacks its web applications there.
        System.setProperty("java.io.tmpdir", workspace.directory.toString());
        ShutdownHookManager.get().addShutdownHook(() -> workspace.interrupted(terminal), HOOK_PRIORITY);
        return workspace;
    }

    /** What this process prints from now on, but for its {@link Terminal}, goes there. */
    static void hadoopPrintsTo(Path log) throws IOException {
        PrintStream hadoop = new PrintStream(Files.newOutputStream(log), true, StandardCharsets.UTF_8);
        System.setOut(hadoop);
        System.setErr(hadoop);
    }

    Path directory() {
        return directory;
    }

    /** Nothing here is worth an orderly end: the cluster exists for this demo only. */
    private void interrupted(Terminal terminal) {
        if (!closed) {
            terminal.lastWord("interrupted");
            close();
            Runtime.getRuntime().halt(INTERRUPTED);
        }
    }

    @Override
    public void close() {
        closed = true;
        // A cluster that is still running may put a file into a directory that is being emptied.
        for (int i = 0; i < MAX_TRIES && Files.exists(directory); i++) {
            FileUtils.deleteQuietly(directory.toFile());
        }
    }
}
