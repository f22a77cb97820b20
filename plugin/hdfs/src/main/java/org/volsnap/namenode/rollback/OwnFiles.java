/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge;

/** Of a NameNode that keeps its edits for itself. */
final class OwnFiles implements TodaysFiles {
    private final NameDirectories directories;
    private final Staging staging;

    OwnFiles(NameDirectories directories, Staging staging) {
        this.directories = directories;
        this.staging = staging;
    }

    @Override
    public VolsnapOfflineBridge load(Configuration own) throws IOException {
        return VolsnapOfflineBridge.load(
                own,
                NameDirectories.files(copies(directories.names())),
                NameDirectories.files(copies(directories.edits())));
    }

    @Override
    public Collection<Path> editsAfter(long txid) throws IOException {
        return copies(directories.edits()).stream()
                .map(path -> path.resolve("current"))
                .toList();
    }

    @Override
    public void goOnAfter(long txid) {
        // The image says it.
    }

    /** A directory is copied once, also when it serves as both. */
    private List<Path> copies(List<Path> of) throws IOException {
        List<Path> copies = new ArrayList<>();
        for (Path directory : of) {
            String name = "today-" + directories.all().indexOf(directory);
            Path copy = staging.path(name);
            copies.add(copy.toFile().exists() ? copy : staging.copyOf(directory, name));
        }
        return copies;
    }

    @Override
    public void close() {
        // Nothing is held open.
    }
}
