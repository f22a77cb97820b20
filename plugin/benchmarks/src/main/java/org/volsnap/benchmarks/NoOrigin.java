/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.util.Optional;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.Origin;
import org.volsnap.engine.ReplicaShape;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReplicaFiles;

/** No replica is live. */
final class NoOrigin implements Origin {
    @Override
    public Optional<LiveReplica> find(String pool, long blockId) {
        return Optional.empty();
    }

    @Override
    public ChunkContent readLive(BlockKey live, long chunk, int lengthBytes) {
        throw new UnsupportedOperationException("nothing is live");
    }

    @Override
    public ChunkContent readWhole(ReplicaFiles files, long chunk, int lengthBytes) {
        throw new UnsupportedOperationException("nothing is kept");
    }

    @Override
    public ReplicaShape shapeOf(ReplicaFiles files) {
        throw new UnsupportedOperationException("nothing is kept");
    }

    @Override
    public ChunkContent cut(byte[] checksumHeader, ChunkContent content, int lengthBytes) {
        throw new UnsupportedOperationException("nothing is cut");
    }
}
