/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.model;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;

/**
 * The bytes of one chunk and the stored checksums that cover them. Checksums travel with the data and are never made
 * anew from it, so that rot of the origin is not blessed. Reading does not move the buffers that are handed in: both
 * accessors give a fresh read-only view.
 *
 * @param data the chunk's bytes: as many as the chunk has in its version
 * @param checksums the checksums as the origin stores them; empty for a device
 */
public record ChunkContent(ByteBuffer data, ByteBuffer checksums) {
    private static final ByteBuffer NONE = ByteBuffer.allocate(0).asReadOnlyBuffer();

    public ChunkContent {
        data = requireNonNull(data, "data is null").asReadOnlyBuffer();
        checksums = requireNonNull(checksums, "checksums is null").asReadOnlyBuffer();
    }

    /** A device's chunk: bytes without checksums. */
    public static ChunkContent plain(ByteBuffer data) {
        return new ChunkContent(data, NONE);
    }

    @Override
    public ByteBuffer data() {
        return data.duplicate();
    }

    @Override
    public ByteBuffer checksums() {
        return checksums.duplicate();
    }
}
