/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What happened to a file since T. */
enum FileChange {
    /** It has the same bytes. */
    NONE,
    /** It is gone. */
    MISSING,
    /** It begins with the bytes of T and goes on. */
    APPENDED,
    /** It is the beginning of what it was. */
    TRUNCATED,
    /** It has other bytes. */
    DIFFERENT,
    /** It is being written, so that it can neither be compared nor cut. */
    BEING_WRITTEN;

    /** Compares content. */
    @FunctionalInterface
    interface Beginning {
        /** Whether the first so many bytes are the same now as at T. */
        boolean isSame(long bytes) throws IOException;
    }

    /**
     * Tells them by their blocks where these are the same, else by their content: what was restored before, or rewritten
     * with the same bytes, has other blocks.
     *
     * @param length of the file at T, with what only DataNodes know of an open one
     * @param beginning is asked only where blocks say nothing
     */
    static FileChange of(FileVersion then, long length, @Nullable FileVersion now, Beginning beginning)
            throws IOException {
        if (now == null) {
            return MISSING;
        }
        if (then.hasBlocksOf(now)) {
            return NONE;
        }
        if (now.open()) {
            return BEING_WRITTEN;
        }
        long common = Math.min(length, now.length());
        if (common > 0 && !beginning.isSame(common)) {
            return DIFFERENT;
        }
        if (length == now.length()) {
            return NONE;
        }
        return length < now.length() ? APPENDED : TRUNCATED;
    }
}
