/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReadMemory;
import org.volsnap.model.VersionState;

/** One block version as a snapshot sees it. Safe for many threads; holds no file open and blocks no change. */
public interface VersionView {
    BlockKey key();

    /** Bytes at T. */
    long length();

    VersionState state();

    /** First bytes of the meta file at T. */
    byte[] checksumHeader();

    /**
     * Reads one chunk, from the store or from the origin as a conflicting read.
     *
     * @return exactly the bytes of this chunk at T, with their checksums
     * @throws org.volsnap.store.VersionLostException when they are not to be had any more
     * @throws IOException when the origin or the store can't be read
     */
    default ChunkContent read(long chunk) throws IOException {
        return read(chunk, ReadMemory.FRESH);
    }

    /** The same, in the reader's memory as far as it comes from a store. */
    ChunkContent read(long chunk, ReadMemory memory) throws IOException;
}
