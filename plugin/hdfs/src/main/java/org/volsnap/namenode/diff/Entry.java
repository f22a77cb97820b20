/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/**
 * A file or directory of a namespace.
 *
 * @param id of the inode
 * @param parentId of the directory it is in; 0 for the root
 * @param path from the root
 * @param length bytes, as the NameNode knows it; 0 of what is no file
 * @param open whether it is a file that is being written: only DataNodes know the length of its last block
 * @param fingerprint of all else
 */
public record Entry(
        long id, long parentId, Kind kind, String path, long length, boolean open, Fingerprint fingerprint) {
    /** What an inode is. */
    public enum Kind {
        FILE,
        DIRECTORY,
        SYMLINK
    }

    public Entry {
        requireNonNull(kind, "kind is null");
        requireNonNull(path, "path is null");
        requireNonNull(fingerprint, "fingerprint is null");
    }

    public boolean isDirectory() {
        return kind == Kind.DIRECTORY;
    }

    /** The last component of the path; empty for the root. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** What a rollback to this entry changes where another one is now. */
    Set<Aspect> differences(Entry now) {
        Set<Aspect> differences = fingerprint.differences(now.fingerprint);
        if (open) {
            differences.add(Aspect.OPEN);
        }
        return differences;
    }
}
