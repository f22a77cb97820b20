/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import java.util.concurrent.atomic.AtomicLong;

/** Ends a restore as a kill would, in the middle of a file: nothing that clears up catches it. */
final class KilledRecord extends RestoreRecord {
    /** What a task throws. */
    static final class Kill extends Error {
        private static final long serialVersionUID = 1;
    }

    private final AtomicLong left;

    /** @param bytes that are written before */
    KilledRecord(long bytes) {
        left = new AtomicLong(bytes);
    }

    @Override
    public void progress(long byteCount) {
        super.progress(byteCount);
        if (left.addAndGet(-byteCount) < 0) {
            throw new Kill();
        }
    }
}
