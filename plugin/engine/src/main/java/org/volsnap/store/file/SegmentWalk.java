/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Goes through a segment frame by frame, and over damage to the next valid frame. */
final class SegmentWalk {
    private final SegmentReader reader;

    SegmentWalk(SegmentReader reader) {
        this.reader = reader;
    }

    /** Told of everything between two offsets, in order. */
    interface Visitor {
        void frame(Frame frame) throws IOException;

        /**
         * No valid frame begins from {@code from} (inclusive) to {@code to} (exclusive).
         *
         * @param next the frame behind; null at the end
         */
        void damage(long from, long to, @Nullable Frame next) throws IOException;
    }

    /** Batches only grow: a frame that belongs to an earlier batch than the one before it counts as damage. */
    void walk(long from, long limit, Visitor visitor) throws IOException {
        long batch = 0;
        long at = from;
        while (at < limit) {
            Frame frame = reader.frameAt(at, limit);
            if (frame == null || frame.batch() < batch) {
                Frame next = nextFrame(at + LogFormat.ALIGNMENT, limit, batch);
                long end = next == null ? limit : next.offset();
                visitor.damage(at, end, next);
                at = end;
            } else {
                visitor.frame(frame);
                batch = frame.batch();
                at = frame.end();
            }
        }
    }

    private @Nullable Frame nextFrame(long from, long limit, long batch) throws IOException {
        Frame next = reader.nextFrame(from, limit);
        while (next != null && next.batch() < batch) {
            next = reader.nextFrame(next.offset() + LogFormat.ALIGNMENT, limit);
        }
        return next;
    }
}
