/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.VersionHeader;

/** Where a merge writes to: one replica of the origin. Used by one thread. Every verb can be repeated after a crash. */
public interface OriginWriter {
    /** Puts a chunk and its checksums back. */
    void writeChunk(long chunk, ChunkContent content) throws IOException;

    /**
     * After all chunks: gives the replica the version's length, last checksum, stamp and state. Durable when it returns.
     */
    void finish(VersionHeader version) throws IOException;
}
