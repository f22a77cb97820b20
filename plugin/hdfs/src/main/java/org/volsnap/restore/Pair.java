/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static java.util.Objects.requireNonNull;

import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.jspecify.annotations.Nullable;

/**
 * A path of the snapshot, and where it belongs now.
 *
 * @param now what is there; null: nothing
 */
record Pair(
        Path from, HdfsFileStatus then, Path live, @Nullable HdfsFileStatus now) {
    Pair {
        requireNonNull(from, "from is null");
        requireNonNull(then, "then is null");
        requireNonNull(live, "live is null");
    }

    /** The same path of the snapshot, with what was just made of it. */
    Pair with(Path otherLive, HdfsFileStatus status) {
        return new Pair(from, then, otherLive, status);
    }

    HdfsFileStatus requireNow() {
        return requireNonNull(now, "nothing is there now");
    }

    boolean isDirectory() {
        return then.isDirectory();
    }

    /** Whether one is a directory, file or symbolic link, and the other is not. */
    boolean isOfAnotherKind() {
        return now != null && !kind(then).equals(kind(now));
    }

    static String kind(HdfsFileStatus status) {
        if (status.isSymlink()) {
            return "symbolic link";
        }
        return status.isDirectory() ? "directory" : "file";
    }
}
