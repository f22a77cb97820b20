/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.fs.ChecksumException;

/**
 * Looks again where Hadoop renames or grows a replica between our look-up and our read: it moves files between {@code
 * finalized} and {@code rbw}, gives the meta file its new stamp, and only then changes its map.
 */
final class RenameRace {
    private static final int ATTEMPTS = 6;
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private RenameRace() {}

    /** One try; throws when what it saw does not fit together. */
    interface Attempt<T> {
        T run() throws IOException;
    }

    /** Runs the attempt until it succeeds, at most six times within about 30 ms, then lets the last failure out. */
    static <T> T retry(Attempt<T> attempt) throws IOException {
        long pauseNanos = FIRST_PAUSE_NANOS;
        for (int left = ATTEMPTS; ; left--) {
            try {
                return attempt.run();
            } catch (ChecksumException | NoSuchFileException | EOFException | StaleReplicaException e) {
                if (left == 1) {
                    throw e;
                }
            }
            LockSupport.parkNanos(pauseNanos);
            pauseNanos *= 2;
        }
    }
}
