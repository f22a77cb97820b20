/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.nio.file.Path;
import org.volsnap.store.StoreVersionException;

/**
 * The format's version. Files are written in the newest; those of an older one stay as they are, and the log goes on in
 * a new segment.
 */
final class FormatVersion {
    static final short MIN = 1;
    static final short MAX = 2;

    /** Where it stands in every file that has one, whatever the version. */
    static final int OFFSET = 8;

    private FormatVersion() {}

    static boolean isReadable(short version) {
        return version >= MIN && version <= MAX;
    }

    static void check(short version, Path file) throws StoreVersionException {
        if (!isReadable(version)) {
            String age = version > MAX ? "newer" : "no longer supported";
            throw new StoreVersionException(
                    "%s has format version %d at byte %d, %s: this software reads versions %d to %d"
                            .formatted(file, version, OFFSET, age, MIN, MAX));
        }
    }
}
