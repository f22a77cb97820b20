/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The files and directories of a namespace, without what only HDFS's directory snapshots hold. For one thread.
 */
public interface NamespaceTree {
    /** All of them, in {@link PathOrder}; the root is the first. */
    Iterator<Entry> entries();

    /** The one with this inode id; null when there is none. */
    @Nullable
    Entry find(long id);
}
