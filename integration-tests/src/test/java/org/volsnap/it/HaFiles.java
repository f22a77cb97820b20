/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.AppendTestUtil;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.volsnap.testing.VolsnapCluster;
import org.volsnap.testing.VolsnapHaCluster;

/** A few files under {@code /data} of a pair of NameNodes, one for each kind of loss. */
final class HaFiles {
    static final int BLOCK = 1 << 16;

    private static final Duration SOON = Duration.ofSeconds(60);

    private final VolsnapHaCluster cluster;
    private final DistributedFileSystem fileSystem;

    HaFiles(VolsnapHaCluster cluster) {
        this.cluster = cluster;
        this.fileSystem = cluster.fileSystem();
    }

    static Path path(String name) {
        return new Path("/data/" + name);
    }

    void fill() throws IOException {
        for (String name : new String[] {"kept", "deleted", "grown", "cut", "overwritten"}) {
            DFSTestUtil.createFile(fileSystem, path(name), 3 * BLOCK - 1234, (short) 2, name.hashCode());
        }
    }

    /** Returns when all of it has come to the DataNodes. */
    void wreck(int active) throws IOException {
        fileSystem.delete(path("deleted"), false);
        try (FSDataOutputStream out = fileSystem.append(path("grown"))) {
            AppendTestUtil.write(out, 0, 5000);
        }
        try (FSDataOutputStream out = fileSystem.append(path("kept"))) {
            out.write(new byte[77]);
        }
        if (!fileSystem.truncate(path("cut"), BLOCK + 99)) {
            awaitClosed(path("cut"));
        }
        DFSTestUtil.createFile(fileSystem, path("overwritten"), 5, (short) 2, 7);
        DFSTestUtil.createFile(fileSystem, path("new"), BLOCK, (short) 2, 8);
        cluster.waitForDeletions(active);
    }

    void awaitClosed(Path file) {
        VolsnapCluster.waitFor(file + " to be closed", SOON, () -> isClosed(file));
    }

    private boolean isClosed(Path file) {
        try {
            return fileSystem.isFileClosed(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Until the NameNode that is not active keeps the namespace of a snapshot too. */
    void awaitCopiesElsewhere(String snapshot) {
        VolsnapCluster.waitFor(
                "the standby's copy of " + snapshot,
                SOON,
                () -> cluster.volsnap("-status", snapshot).orThrow().out().contains(" on other NameNodes"));
    }

    void awaitWritable(int active) {
        VolsnapCluster.waitFor(
                "the end of safe mode",
                Duration.ofSeconds(120),
                () -> !cluster.nameNode(active).isInSafeMode());
    }
}
