/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.StoreRecord.VersionPreserved;

/** What the tests put into stores. */
final class Samples {
    static final String POOL = "BP-1-127.0.0.1-1";
    static final FileStoreOptions OPTIONS = FileStoreOptions.of(
                    POOL, Map.of("cluster id", "CID-1", "datanode uuid", "dn-1"), new ChunkGeometry(12))
            .withSegmentBytes(64 << 10)
            .withLossSlots(8)
            .withReserveBytes(16 << 10);

    private Samples() {}

    static VersionPreserved version(long number) {
        return version(number, 2);
    }

    static VersionPreserved version(long number, long owner) {
        return new VersionPreserved(new VersionHeader(
                number,
                number,
                new BlockKey(POOL, -9_000_000_000L - number, 1000 + number),
                new SnapshotId(owner),
                3 << 12,
                VersionState.FINALIZED,
                2000 + number,
                new byte[] {0, 1, 2, 0, 0, 2, 0}));
    }

    /** As many bytes as a chunk of this seed has, never the same for two seeds. */
    static ChunkContent content(long seed, int length) {
        byte[] data = new byte[length];
        new Random(seed).nextBytes(data);
        byte[] checksums = new byte[(length + 511) / 512 * 4];
        new Random(~seed).nextBytes(checksums);
        return new ChunkContent(ByteBuffer.wrap(data), ByteBuffer.wrap(checksums));
    }

    static ChunkContent content(long seed) {
        return content(seed, 4096);
    }
}
