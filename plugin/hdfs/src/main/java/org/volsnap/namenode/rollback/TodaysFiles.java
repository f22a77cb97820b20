/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge;

/** The namespace of a stopped NameNode as it is today. For one thread. */
interface TodaysFiles extends Closeable {
    /**
     * Those in the NameNode's own directories, or with the edits that it shares with others.
     *
     * @param readOnly shared edits are left as they are, also where a writer has left them unfinished
     */
    static TodaysFiles of(Configuration own, NameDirectories directories, Staging staging, boolean readOnly)
            throws IOException {
        return NameDirectories.sharesEdits(own)
                ? new SharedFiles(own, directories, staging, readOnly)
                : new OwnFiles(directories, staging);
    }

    /** Loads a copy of it, again when it is asked again. */
    VolsnapOfflineBridge load(Configuration own) throws IOException;

    /** Directories with finished segments that have all transactions after this one; once it is loaded. */
    Collection<Path> editsAfter(long txid) throws IOException;

    /** Makes known, to NameNodes that share edits, that everything goes on after this transaction. */
    void goOnAfter(long txid) throws IOException;
}
