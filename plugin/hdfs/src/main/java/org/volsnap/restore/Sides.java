/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DFSClient;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.jspecify.annotations.Nullable;

/**
 * The two file systems of a restore.
 *
 * @param then as of T; only read
 * @param live what is changed
 */
record Sides(DistributedFileSystem then, DistributedFileSystem live) {
    Sides {
        requireNonNull(then, "then is null");
        requireNonNull(live, "live is null");
    }

    @Nullable
    HdfsFileStatus then(Path path) throws IOException {
        return status(then.getClient(), path);
    }

    @Nullable
    HdfsFileStatus live(Path path) throws IOException {
        return status(live.getClient(), path);
    }

    /** Of a file with its blocks; of a symbolic link, its own. */
    private static @Nullable HdfsFileStatus status(DFSClient client, Path path) throws IOException {
        String name = name(path);
        HdfsFileStatus status = client.getFileLinkInfo(name);
        boolean file = status != null && !status.isDirectory() && !status.isSymlink();
        return file ? client.getLocatedFileInfo(name, false) : status;
    }

    /** As HDFS's protocol wants it. */
    static String name(Path path) {
        return path.toUri().getPath();
    }
}
