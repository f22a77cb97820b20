/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DFSClient;
import org.apache.hadoop.hdfs.DFSUtilClient;
import org.apache.hadoop.hdfs.protocol.DirectoryListing;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.jspecify.annotations.Nullable;

/** What is in a directory, in HDFS's order of names and with the blocks of files, one page at a time. For one thread. */
final class Listing {
    private final DFSClient client;
    private final String directory;
    private HdfsFileStatus[] page = {};
    private int position;
    private boolean complete;

    Listing(DFSClient client, Path directory) {
        this.client = client;
        this.directory = directory.toUri().getPath();
    }

    /** The next one, which stays the next; null: there is none. */
    @Nullable
    HdfsFileStatus peek() throws IOException {
        while (position == page.length && !complete) {
            byte[] last = page.length == 0 ? HdfsFileStatus.EMPTY_NAME : page[page.length - 1].getLocalNameInBytes();
            DirectoryListing listing = client.listPaths(directory, last, true);
            if (listing == null) {
                throw new FileNotFoundException("directory " + directory + " is gone");
            }
            page = listing.getPartialListing();
            position = 0;
            complete = !listing.hasMore() || page.length == 0;
        }
        return position == page.length ? null : page[position];
    }

    /** Goes beyond the one that {@link #peek} has returned. */
    void skip() {
        position++;
    }

    static int compare(HdfsFileStatus left, HdfsFileStatus right) {
        return DFSUtilClient.compareBytes(left.getLocalNameInBytes(), right.getLocalNameInBytes());
    }
}
