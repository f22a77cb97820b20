/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C over buffers, which are left as they are. */
final class Checksums {
    private Checksums() {}

    static int crc(ByteBuffer... parts) {
        CRC32C crc = new CRC32C();
        for (ByteBuffer part : parts) {
            crc.update(part.duplicate());
        }
        return (int) crc.getValue();
    }
}
