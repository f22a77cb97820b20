/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.model;

import java.nio.ByteBuffer;

/**
 * Where a reader wants a chunk to be put. Making and clearing new memory for each chunk takes as long as reading it from
 * the page cache.
 */
@FunctionalInterface
public interface ReadMemory {
    /** New memory for each chunk. Safe for many threads. */
    ReadMemory FRESH = ByteBuffer::allocate;

    /** A buffer of just this many bytes, its position at 0; its content is whatever was there. */
    ByteBuffer ofSize(int bytes);

    /** The same memory for each chunk: the one that was read before is overwritten by the next. For one thread. */
    static ReadMemory reused() {
        return new ReadMemory() {
            private ByteBuffer memory = ByteBuffer.allocateDirect(0);

            @Override
            public ByteBuffer ofSize(int bytes) {
                if (memory.capacity() < bytes) {
                    memory = ByteBuffer.allocateDirect(bytes);
                }
                return memory.slice(0, bytes);
            }
        };
    }
}
