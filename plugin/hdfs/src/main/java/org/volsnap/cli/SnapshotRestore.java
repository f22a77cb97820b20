/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.restore.Restore;
import org.volsnap.restore.RestoreRequest;

/** Restores from a snapshot, mounted before or for as long as it takes, and prints what is done. */
final class SnapshotRestore {
    /** Unless told otherwise. */
    static final int THREADS = 8;

    private final Configuration conf;
    private final VolsnapProtocol nameNode;
    private final Console console;

    SnapshotRestore(Configuration conf, VolsnapProtocol nameNode, Console console) {
        this.conf = requireNonNull(conf, "conf is null");
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.console = requireNonNull(console, "console is null");
    }

    /** A client of the cluster, to be closed. */
    static DistributedFileSystem live(Configuration conf) throws IOException {
        return open(conf, FileSystem.getDefaultUri(conf));
    }

    private static DistributedFileSystem open(Configuration conf, URI uri) throws IOException {
        FileSystem fileSystem = FileSystem.newInstance(uri, Restore.comparable(conf));
        if (fileSystem instanceof DistributedFileSystem hdfs) {
            return hdfs;
        }
        fileSystem.close();
        throw new IllegalArgumentException(uri + " is not HDFS");
    }

    /** @return the exit code: 1 when a path was left alone, 2 when one failed */
    int run(String snapshot, RestoreRequest request) throws IOException {
        RestoreReport report = new RestoreReport(console, request.dryRun(), RestoreProgress.of(console));
        try (DistributedFileSystem live = live(conf);
                BorrowedMount mount = BorrowedMount.of(conf, nameNode, console, snapshot, report::silence);
                DistributedFileSystem then = open(conf, mount.uri())) {
            return run(new Restore(then, live, request, report), report);
        }
    }

    /** What was done before it was given up is told, too. */
    private static int run(Restore restore, RestoreReport report) throws IOException {
        try {
            restore.run();
        } catch (IOException e) {
            if (report.hasBegun()) {
                report.end();
            }
            throw e;
        }
        return report.end();
    }
}
