/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.DirectoryListing;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;

/** The whole namespace as a client sees it: which inode lies under which path. */
record Inodes(Map<String, HdfsFileStatus> byPath, Map<Long, String> byId) {
    static Inodes capture(DistributedFileSystem fileSystem) throws IOException {
        Inodes inodes = new Inodes(new HashMap<>(), new HashMap<>());
        inodes.add(fileSystem, "/", fileSystem.getClient().getFileInfo("/"));
        return inodes;
    }

    private void add(DistributedFileSystem fileSystem, String path, HdfsFileStatus status) throws IOException {
        byPath.put(path, status);
        byId.put(status.getFileId(), path);
        if (status.isDirectory()) {
            DirectoryListing children = fileSystem.getClient().listPaths(path, HdfsFileStatus.EMPTY_NAME);
            for (HdfsFileStatus child : children.getPartialListing()) {
                add(fileSystem, child.getFullName(path), child);
            }
        }
    }

    long id(String path) {
        return requireNonNull(byPath.get(path)).getFileId();
    }

    boolean has(long id) {
        return byId.containsKey(id);
    }

    /** The directory that an inode is in; 0 for the root. */
    long parent(String path) {
        if (path.equals("/")) {
            return 0;
        }
        int end = path.lastIndexOf('/');
        return id(end == 0 ? "/" : path.substring(0, end));
    }

    static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
