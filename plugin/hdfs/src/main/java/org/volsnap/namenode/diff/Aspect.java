/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import java.util.Set;

/** What of a file or directory can be another than it was. */
public enum Aspect {
    /** Blocks, by ids, generation stamps and lengths: HDFS changes no byte without one of them. Target of a symlink. */
    CONTENT("content"),
    /** Whether a file is being written; one that was at T is never the same again: a rollback closes it. */
    OPEN("open"),
    /** Owner, group, mode and ACL. */
    PERMISSIONS("permissions"),
    TIME("modification time"),
    ACCESS_TIME("access time"),
    /** Of a file: replication or erasure coding, block size, storage policy. A directory has such as attributes. */
    STORAGE("replication or storage"),
    /** Extended attributes, of every namespace; encryption, and of a directory storage policy and erasure coding. */
    ATTRIBUTES("attributes"),
    /** Quotas of a directory. */
    QUOTA("quota"),
    /** HDFS's own snapshots of a directory, by ids and names. */
    SNAPSHOTS("directory snapshots");

    private static final Set<Aspect> BYTES = Set.of(CONTENT, OPEN);

    private final String text;

    Aspect(String text) {
        this.text = text;
    }

    /** Whether a difference in it can be one in what readers get. */
    public boolean isOfBytes() {
        return BYTES.contains(this);
    }

    /** In a word or two, for the operator. */
    @Override
    public String toString() {
        return text;
    }
}
