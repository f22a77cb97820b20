/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.volsnap.store.file.LogFormat.SEGMENT_HEADER_BYTES;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Where the acknowledged part of the open segment ends. A batch is written only after the force of the one before has
 * returned: so all but the last batch is durable, and what is invalid there is damage. In the last one it is a torn
 * tail, which was never acknowledged and is cut off, with all that follows.
 *
 * @param offset where the tail begins
 * @param last the frame before it
 */
record OpenSegmentEnd(long offset, FrameLink last) {

    static OpenSegmentEnd find(SegmentReader reader, long length) throws IOException {
        LastBatch batch = new LastBatch();
        new SegmentWalk(reader).walk(SEGMENT_HEADER_BYTES, length, batch);
        return batch.end(reader, length);
    }

    /** Collects the last batch while the segment is walked. */
    private static final class LastBatch implements SegmentWalk.Visitor {
        private final Deque<Frame> frames = new ArrayDeque<>();
        private @Nullable Frame before;
        private long firstDamage = Long.MAX_VALUE;

        @Override
        public void frame(Frame frame) {
            Frame last = frames.peekLast();
            if (last != null && last.batch() != frame.batch()) {
                before = last;
                frames.clear();
            }
            if (firstDamage < frame.batchStart()) {
                firstDamage = Long.MAX_VALUE;
            }
            frames.add(frame);
        }

        @Override
        public void damage(long from, long to, @Nullable Frame next) {
            firstDamage = Math.min(firstDamage, from);
        }

        /** Accepts the last batch's frames up to the first that is torn. */
        OpenSegmentEnd end(SegmentReader reader, long length) throws IOException {
            if (frames.isEmpty()) {
                return new OpenSegmentEnd(Math.min(length, SEGMENT_HEADER_BYTES), FrameLink.NONE);
            }
            OpenSegmentEnd end = beforeBatch(frames.getFirst());
            for (Frame frame : frames) {
                if (frame.offset() > firstDamage || !reader.dataIsIntact(frame)) {
                    break;
                }
                end = new OpenSegmentEnd(frame.end(), frame.link());
            }
            return end;
        }

        private OpenSegmentEnd beforeBatch(Frame first) {
            long start = first.batchStart();
            if (before != null && before.end() == start) {
                return new OpenSegmentEnd(start, before.link());
            }
            return new OpenSegmentEnd(start, first.offset() == start ? first.previous() : FrameLink.NONE);
        }
    }
}
