/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A device of a fixed size, for stores that lie on one (struct dm_dev). Safe for many threads. */
public interface Device {
    long sizeBytes();

    /** Fills the buffer from this byte offset. */
    void read(long offset, ByteBuffer into) throws IOException;

    /** Writes the buffer; durable only after {@link #flush}. */
    void write(long offset, ByteBuffer from) throws IOException;

    /** Makes every write that has returned durable. */
    void flush() throws IOException;
}
