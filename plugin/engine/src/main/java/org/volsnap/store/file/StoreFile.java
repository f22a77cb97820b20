/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file of a store. Of one that is open to be read, reads are safe for many threads; everything else belongs to
 * one.
 */
interface StoreFile extends Closeable {
    /** Reads until the buffer is full or the file ends, from this byte offset on; moves the buffer's position. */
    void read(ByteBuffer into, long offset) throws IOException;

    /** Writes all of the buffer at this byte offset, a hole before it when the file is shorter. Not durable. */
    void write(ByteBuffer from, long offset) throws IOException;

    /** Writes all of the buffer at this byte offset, and makes just these bytes durable, with the file's length. */
    default void writeDurably(ByteBuffer from, long offset) throws IOException {
        write(from, offset);
        force();
    }

    /** Cuts the file to this length. Not durable. */
    void truncate(long lengthBytes) throws IOException;

    long length() throws IOException;

    /** Makes content and length durable, the file's name not. */
    void force() throws IOException;

    @Override
    void close() throws IOException;
}
