/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/** What a restore tells while it runs. Called by many threads; exceptions end the task that called. */
public interface RestoreEvents {
    /**
     * Before anything else.
     *
     * @param paths files and directories of the snapshot that will be looked at
     * @param bytes in these files, as the NameNode knows them
     */
    void begins(long paths, long bytes);

    /** So many bytes were written, or need not be. */
    void progress(long bytes);

    /**
     * A path is done, or in a dry run looked at.
     *
     * @param live where it is now
     * @param bytes of {@link Outcome#UNCHANGED} and {@link Outcome#ATTRIBUTES} the length; else what was copied, cut off or
     *     appended; 0 of a directory
     * @param detail which attributes, for {@link Outcome#ATTRIBUTES}; else empty
     */
    void done(Outcome outcome, boolean directory, Path live, long bytes, String detail);

    /** A path is left alone. */
    void conflict(boolean directory, Path live, String reason);

    /** A path could not be brought back. */
    void failed(boolean directory, Path live, IOException reason);
}
