/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A file of zeros that is given up when a drop has to be recorded on a full disk, and filled again later. For one thread. */
final class Reserve {
    private static final int PIECE_BYTES = 64 << 10;

    private final StoreFiles files;
    private final Path path;
    private final long sizeBytes;

    Reserve(StoreFiles files, Path path, long sizeBytes) {
        this.files = files;
        this.path = path;
        this.sizeBytes = sizeBytes;
    }

    /** @return whether any space was given up */
    boolean release() throws IOException {
        try (StoreFile file = files.openWrite(path)) {
            boolean held = file.length() > 0;
            file.truncate(0);
            file.force();
            return held;
        }
    }

    /** Takes what is missing, with written bytes, since a hole would reserve nothing. */
    void fill() throws IOException {
        try (StoreFile file = files.openWrite(path)) {
            long length = file.length();
            if (length >= sizeBytes) {
                return;
            }
            while (length < sizeBytes) {
                int count = (int) Math.min(PIECE_BYTES, sizeBytes - length);
                file.write(ByteBuffer.allocate(count), length);
                length += count;
            }
            file.force();
        }
    }
}
