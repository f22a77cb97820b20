/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import org.volsnap.store.ChunkLocation;

/**
 * A frame's place in the log as one number that grows with the log: the segment's number in the upper half, the offset
 * in units of 8 bytes in the lower. A frame keeps its place for good, also when its segment is rewritten.
 */
final class LogPosition {
    private LogPosition() {}

    static long of(int segment, long offset) {
        return ((long) segment << Integer.SIZE) | (offset / LogFormat.ALIGNMENT);
    }

    static int segment(long position) {
        return (int) (position >>> Integer.SIZE);
    }

    static long offset(long position) {
        return Integer.toUnsignedLong((int) position) * LogFormat.ALIGNMENT;
    }

    static ChunkLocation location(long position) {
        return new ChunkLocation(position);
    }
}
