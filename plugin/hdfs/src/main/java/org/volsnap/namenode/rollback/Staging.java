/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.volsnap.namenode.DurableFiles;

/**
 * A directory for copies that can be loaded and thrown away: what NameNodes never change in place is linked, the rest is
 * copied. What a killed run has left is removed by the next.
 */
final class Staging implements Closeable {
    private final Path root;

    /** @param parent on the file system of the NameNode's directories, so that links are possible */
    Staging(Path parent) throws IOException {
        root = requireNonNull(parent, "parent is null").resolve("volsnap-rollback");
        DurableFiles.deleteTree(root);
        Files.createDirectories(root);
    }

    /** Where a copy of this name lies or will lie. */
    Path path(String name) {
        return root.resolve(name);
    }

    /** Copies {@code current/} of a name directory. */
    Path copyOf(Path directory, String name) throws IOException {
        Path current = Files.createDirectories(path(name).resolve("current"));
        try (Stream<Path> files = Files.list(directory.resolve("current"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                stage(file, current);
            }
        }
        return path(name);
    }

    /** A directory with these files only. */
    Path copyOf(List<Path> files, String name) throws IOException {
        Path current = Files.createDirectories(path(name).resolve("current"));
        for (Path file : files) {
            stage(file, current);
        }
        return path(name);
    }

    private static void stage(Path file, Path current) throws IOException {
        Path target = current.resolve(file.getFileName());
        if (isNeverChanged(file.getFileName().toString())) {
            DurableFiles.linkOrCopy(file, target);
        } else {
            Files.copy(file, target);
        }
    }

    private static boolean isNeverChanged(String name) {
        return name.matches("fsimage_\\d+(\\.md5)?|edits_\\d+-\\d+");
    }

    @Override
    public void close() throws IOException {
        DurableFiles.deleteTree(root);
    }
}
