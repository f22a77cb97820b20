/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import org.jspecify.annotations.Nullable;

/** What a frame of the log holds. The codes are part of the format. */
enum FrameType {
    VERSION_PRESERVED(1),
    BASE_CHANGED(2),
    VERSION_LOST(3),
    VERSION_HANDED_DOWN(4),
    CHUNKS_FREED(5),
    VERSION_FREED(6),
    LINEAGE_FREED(7),
    CHUNK(16),
    /** Says that all batches before it are durable. */
    MARK(32),
    /** Stands for frames that nothing needs any more; a hole in the file. */
    GAP(33);

    private final int code;

    FrameType(int code) {
        this.code = code;
    }

    byte code() {
        return (byte) code;
    }

    static @Nullable FrameType ofCode(byte code) {
        for (FrameType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }
}
