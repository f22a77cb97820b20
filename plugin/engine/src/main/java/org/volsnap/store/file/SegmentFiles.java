/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.IOException;
import java.util.UUID;

/** Finds, opens and makes the segments of one store. Stateless. */
final class SegmentFiles {
    private final StoreFiles files;
    private final StoreLayout layout;
    private final UUID storeId;

    SegmentFiles(StoreFiles files, StoreLayout layout, UUID storeId) {
        this.files = files;
        this.layout = layout;
        this.storeId = storeId;
    }

    StoreFiles files() {
        return files;
    }

    StoreLayout layout() {
        return layout;
    }

    SegmentHeader header(int number) {
        return new SegmentHeader(storeId, number);
    }

    FrameCodec codec(int number) {
        return new FrameCodec(storeId, number);
    }

    StoreFile openRead(int number) throws IOException {
        return files.openRead(layout.segment(number));
    }

    StoreFile openWrite(int number) throws IOException {
        return files.openWrite(layout.segment(number));
    }

    SegmentReader reader(StoreFile file, int number) {
        return new SegmentReader(file, codec(number));
    }

    /** Makes an empty segment in place of what has its name; durable when it returns. */
    StoreFile create(int number) throws IOException {
        StoreFile file = openWrite(number);
        try {
            file.truncate(0);
            file.write(header(number).encode(), 0);
            file.force();
            files.forceDirectory(layout.log());
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    CheckedFile list() {
        return new CheckedFile(files, layout.segmentList(), CheckedFileFormat.SEGMENTS_MAGIC);
    }

    /** How messages name a place in the log. */
    String place(int number, long offset) {
        return layout.segment(number) + " at byte " + offset;
    }
}
