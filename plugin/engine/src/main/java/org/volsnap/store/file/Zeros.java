/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.nio.ByteBuffer;

/** What was set aside and not used. */
final class Zeros {
    private Zeros() {}

    /** Whether the whole buffer, up to its capacity, is zero. */
    static boolean only(ByteBuffer bytes) {
        for (int i = 0; i < bytes.capacity(); i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
