/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a main class in another process, with this process's class path and terminal. */
final class FreshJvm {
    private FreshJvm() {}

    /** @return the exit code */
    static int run(Class<?> mainClass, String... args) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dvolsnap.terminal=" + Boolean.getBoolean("volsnap.terminal"),
                "-Dlog4j.configuration=client-log4j.properties",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                mainClass.getName()));
        line.addAll(List.of(args));
        Process process = new ProcessBuilder(line)
                .redirectOutput(Redirect.INHERIT)
                .redirectError(Redirect.INHERIT)
                .start();
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while " + mainClass.getSimpleName() + " runs");
        }
    }
}
