/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static com.google.common.base.Preconditions.checkState;

import java.util.List;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is to be brought back.
 *
 * @param paths of the snapshot, absolute; those below others of them are done with these
 * @param to the directory below which they come, each under its last component; null: to where they were
 * @param overwrite whether bytes that are there now may be lost
 * @param dryRun only say what would be done
 * @param threads that copy and compare at once, at least 1
 */
public record RestoreRequest(List<Path> paths, @Nullable Path to, boolean overwrite, boolean dryRun, int threads) {
    public RestoreRequest {
        paths = List.copyOf(paths);
        if (paths.isEmpty()) {
            throw new IllegalArgumentException("no path");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("at least one thread, not " + threads);
        }
        checkState(!Root.of(paths, to).isEmpty(), "no path is left of %s", paths);
    }

    /** Where each path goes. */
    List<Root> roots() {
        return Root.of(paths, to);
    }
}
