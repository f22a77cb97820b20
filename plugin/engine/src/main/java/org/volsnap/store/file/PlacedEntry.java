/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

/**
 * A frame as the accounting of space sees it.
 *
 * @param position its {@link LogPosition}
 * @param length bytes to the next frame
 * @param type what it holds
 * @param subject what it is about
 * @param entry what it means
 */
record PlacedEntry(long position, long length, FrameType type, Subject subject, LogEntry entry) {

    static PlacedEntry of(int segment, Frame frame, LogEntry entry) {
        FrameLink link = frame.link();
        return new PlacedEntry(
                LogPosition.of(segment, frame.offset()),
                frame.length(),
                frame.type(),
                Subject.of(frame.type(), link.subject()),
                entry);
    }

    int segment() {
        return LogPosition.segment(position);
    }
}
