/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The local files that are copied into the cluster, each with its place there. */
final class SourceFiles {
    private static final long ENOUGH_BYTES = 100L << 20;

    /** A regular file on the local disk and its path below the demo's directory, with {@code /} between names. */
    record SourceFile(Path local, String target, long length) {}

    private final List<SourceFile> files = new ArrayList<>();

    private SourceFiles() {}

    /** All readable regular files below a directory; links are not followed. */
    static List<SourceFile> below(Path directory) throws IOException {
        SourceFiles found = new SourceFiles();
        found.addTree(directory.toRealPath(), "tree");
        return List.copyOf(found.files);
    }

    /**
     * The project's own tree and the jars on this process's class path: Hadoop's, and all it needs. Where that is less
     * than 100 MiB, the JDK's library as well.
     */
    static List<SourceFile> byDefault(Path project) throws IOException {
        SourceFiles found = new SourceFiles();
        found.addTree(project.toRealPath(), "project");
        String[] classPath = System.getProperty("java.class.path").split(java.io.File.pathSeparator);
        for (Path jar : Arrays.stream(classPath).map(Path::of).toList()) {
            if (jar.toString().endsWith(".jar")) {
                found.add(jar, "jars/" + jar.getFileName());
            }
        }
        if (found.bytes() < ENOUGH_BYTES) {
            found.addTree(Path.of(System.getProperty("java.home")).toRealPath().resolve("lib"), "jdk");
        }
        return List.copyOf(found.files);
    }

    private long bytes() {
        return files.stream().mapToLong(SourceFile::length).sum();
    }

    private void addTree(Path root, String target) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                // The demo's own cluster lies in such a directory.
                return directory.getFileName() != null
                                && directory.getFileName().toString().startsWith(Demo.DIRECTORY_PREFIX)
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    add(file, target + "/" + hdfsName(root.relativize(file)));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void add(Path file, String target) throws IOException {
        if (Files.isReadable(file)) {
            files.add(new SourceFile(file, target, Files.size(file)));
        }
    }

    /** HDFS allows no colon in a name. */
    private static String hdfsName(Path relative) {
        return relative.toString().replace(':', '_');
    }
}
