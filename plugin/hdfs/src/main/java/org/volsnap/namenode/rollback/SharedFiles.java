/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge;
import org.apache.hadoop.hdfs.server.namenode.VolsnapSharedEditsBridge;
import org.volsnap.namenode.NamespaceSource;

/**
 * Of a NameNode that shares its edits: the newest image of its own, and the shared edits after it. Its own edits are not
 * looked at, as Hadoop does not: they lack what another NameNode wrote, and what only they have was never acknowledged.
 */
final class SharedFiles implements TodaysFiles {
    private final NameDirectories directories;
    private final Staging staging;
    private final VolsnapSharedEditsBridge shared;
    private long last;

    /** @param readOnly without {@link #goOnAfter} */
    SharedFiles(Configuration own, NameDirectories directories, Staging staging, boolean readOnly) throws IOException {
        this.directories = directories;
        this.staging = staging;
        File nameDir = directories.names().get(0).toFile();
        this.shared = readOnly
                ? VolsnapSharedEditsBridge.openToRead(own, nameDir)
                : VolsnapSharedEditsBridge.open(own, nameDir);
    }

    @Override
    public VolsnapOfflineBridge load(Configuration own) throws IOException {
        Path stage = staging.path("today");
        if (!Files.exists(stage)) {
            NamespaceSource newest = NamespaceSource.newest(directories.currents());
            staging.copyOf(List.of(newest.image(), newest.digest(), newest.version()), "today");
            last = shared.copyAfter(newest.imageTxid(), stage.resolve("current").toFile());
            Files.writeString(stage.resolve("current/seen_txid"), last + "\n");
        }
        return VolsnapOfflineBridge.load(own, stage.toFile());
    }

    @Override
    public Collection<Path> editsAfter(long txid) throws IOException {
        Path later = Files.createDirectories(staging.path("later"));
        shared.copyAfter(txid, later.toFile());
        return List.of(later);
    }

    @Override
    public void goOnAfter(long txid) throws IOException {
        if (last <= txid) {
            shared.goOnAfter(txid);
            last = txid + 1;
        }
    }

    @Override
    public void close() {
        shared.close();
    }
}
