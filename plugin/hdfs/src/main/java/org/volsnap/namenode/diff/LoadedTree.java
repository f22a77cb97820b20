/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.AbstractIterator;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import org.apache.hadoop.hdfs.DFSUtil;
import org.apache.hadoop.hdfs.server.namenode.FSDirectory;
import org.apache.hadoop.hdfs.server.namenode.INode;
import org.apache.hadoop.hdfs.server.namenode.snapshot.Snapshot;
import org.jspecify.annotations.Nullable;

/** A namespace that was loaded in this process and does not change. */
public final class LoadedTree implements NamespaceTree {
    private final FSDirectory directory;

    public LoadedTree(FSDirectory directory) {
        this.directory = requireNonNull(directory, "directory is null");
    }

    @Override
    public Iterator<Entry> entries() {
        return new Walk();
    }

    @Override
    public @Nullable Entry find(long id) {
        INode inode = directory.getInode(id);
        return inode == null || !inode.isInCurrentState() ? null : EntryMaker.entry(inode, inode.getFullPathName());
    }

    /** Children that are still to come, of each directory on the way. */
    private record Level(String path, Iterator<INode> children) {}

    private final class Walk extends AbstractIterator<Entry> {
        private final Deque<Level> levels = new ArrayDeque<>();

        Walk() {
            levels.push(new Level(
                    "", Collections.singleton((INode) directory.getRoot()).iterator()));
        }

        @Override
        protected @Nullable Entry computeNext() {
            while (!levels.isEmpty()) {
                Level level = levels.element();
                if (level.children().hasNext()) {
                    return visit(level, level.children().next());
                }
                levels.pop();
            }
            return endOfData();
        }

        private Entry visit(Level level, INode inode) {
            String name = DFSUtil.bytes2String(inode.getLocalNameBytes());
            String path = name.isEmpty() ? "/" : level.path() + "/" + name;
            if (inode.isDirectory()) {
                levels.push(new Level(
                        name.isEmpty() ? "" : path,
                        inode.asDirectory()
                                .getChildrenList(Snapshot.CURRENT_STATE_ID)
                                .iterator()));
            }
            return EntryMaker.entry(inode, path);
        }
    }
}
