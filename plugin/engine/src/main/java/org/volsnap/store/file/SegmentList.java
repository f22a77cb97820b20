/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.volsnap.store.StoreCorruptException;

/**
 * Which segments the log has, so that one that is missing, or shorter than it was, is noticed. Its bytes are the open
 * segment's number and the count of sealed ones in 4 bytes each, then 29 bytes for each sealed one: number (4), end (8),
 * and its last frame's type (1), subject (8), length (8).
 *
 * @param sealed in the log's order
 * @param open the segment that is written to; all later numbers were never used
 */
record SegmentList(List<SegmentEntry> sealed, int open) {
    private static final int FIXED_BYTES = 8;
    private static final int ENTRY_BYTES = 29;

    SegmentList {
        sealed = ImmutableList.copyOf(sealed);
    }

    /** The next segment is the open one. */
    SegmentList withSealed(SegmentEntry entry) {
        return new SegmentList(
                ImmutableList.<SegmentEntry>builder().addAll(sealed).add(entry).build(), open + 1);
    }

    SegmentList without(Predicate<SegmentEntry> unwanted) {
        return new SegmentList(sealed.stream().filter(unwanted.negate()).collect(toImmutableList()), open);
    }

    SegmentList withReplaced(SegmentEntry entry) {
        return new SegmentList(
                sealed.stream()
                        .map(old -> old.number() == entry.number() ? entry : old)
                        .collect(toImmutableList()),
                open);
    }

    boolean contains(int number) {
        return number == open || sealed.stream().anyMatch(entry -> entry.number() == number);
    }

    ByteBuffer encode() {
        ByteBuffer out = FrameCodec.littleEndian(FIXED_BYTES + ENTRY_BYTES * sealed.size());
        out.putInt(open).putInt(sealed.size());
        for (SegmentEntry entry : sealed) {
            FrameLink last = entry.last();
            out.putInt(entry.number()).putLong(entry.end());
            out.put(last.type().code()).putLong(last.subject()).putLong(last.length());
        }
        return out.flip();
    }

    static SegmentList decode(ByteBuffer in, Path file) throws StoreCorruptException {
        try {
            int open = in.getInt();
            ImmutableList.Builder<SegmentEntry> sealed = ImmutableList.builder();
            for (int count = in.getInt(); count > 0; count--) {
                sealed.add(decodeEntry(in));
            }
            return new SegmentList(sealed.build(), open);
        } catch (BufferUnderflowException e) {
            throw new StoreCorruptException(file + " is damaged at byte " + in.limit() + ": it ends early", e);
        }
    }

    private static SegmentEntry decodeEntry(ByteBuffer in) {
        int number = in.getInt();
        long end = in.getLong();
        FrameType type = FrameType.ofCode(in.get());
        FrameLink last = new FrameLink(type == null ? FrameType.MARK : type, in.getLong(), in.getLong());
        return new SegmentEntry(number, end, last);
    }
}
