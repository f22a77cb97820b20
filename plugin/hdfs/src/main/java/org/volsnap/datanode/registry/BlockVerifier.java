/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.hadoop.util.DataChecksum;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.engine.VersionView;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionState;
import org.volsnap.protocol.proto.VolsnapProtos.BlockRefProto;
import org.volsnap.protocol.proto.VolsnapProtos.BlockResultProto;

/** Reads a block as a snapshot sees it, to its end, and checks every byte. Safe for many threads. */
final class BlockVerifier {
    static final int GOOD = 0;
    static final int NOT_HERE = 1;
    static final int BAD = 2;
    private static final int CHECKSUM_OFFSET = 2; // behind the meta file's version

    private final SnapshotEngine engine;
    private final String pool;
    private final ChunkGeometry geometry;

    BlockVerifier(SnapshotEngine engine, String pool, ChunkGeometry geometry) {
        this.engine = engine;
        this.pool = pool;
        this.geometry = geometry;
    }

    /** Never throws for what it finds: that is the result. */
    BlockResultProto verify(SnapshotId snapshot, BlockRefProto block) {
        BlockResultProto.Builder result =
                BlockResultProto.newBuilder().setBlockId(block.getBlockId()).setStamp(block.getStamp());
        try {
            Optional<VersionView> view =
                    engine.view(snapshot, new BlockKey(pool, block.getBlockId(), block.getStamp()));
            if (view.isEmpty()) {
                return result.setResult(NOT_HERE).build();
            }
            check(view.get(), block.getLength());
            return result.setResult(GOOD).build();
        } catch (IOException | RuntimeException e) {
            return result.setResult(BAD)
                    .setReason(String.valueOf(e.getMessage()))
                    .build();
        }
    }

    /** A block that was open at T may be longer here than in the namespace, which learns its length at the end. */
    private void check(VersionView view, long length) throws IOException {
        boolean fits = view.state() == VersionState.OPEN ? view.length() >= length : view.length() == length;
        if (!fits) {
            throw new IOException("has " + view.length() + " bytes, the namespace says " + length);
        }
        DataChecksum checksum = DataChecksum.newDataChecksum(view.checksumHeader(), CHECKSUM_OFFSET);
        for (long chunk : geometry.covering(0, view.length()).chunks().toArray()) {
            ChunkContent content = view.read(chunk);
            ByteBuffer data = content.data();
            int expected = geometry.lengthOf(chunk, view.length());
            if (data.remaining() != expected) {
                throw new IOException("chunk " + chunk + " has " + data.remaining() + " bytes instead of " + expected);
            }
            checksum.verifyChunkedSums(data, content.checksums(), view.key().toString(), geometry.offsetOf(chunk));
        }
    }
}
