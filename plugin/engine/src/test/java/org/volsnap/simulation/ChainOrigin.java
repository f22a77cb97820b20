/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.Origin;
import org.volsnap.engine.ReplicaShape;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReplicaFiles;

/** The origin as one chain reads it: a copy that fails harms that chain and no other. */
record ChainOrigin(SimulatedOrigin origin, Harm harm) implements Origin {
    @Override
    public Optional<LiveReplica> find(String pool, long blockId) throws IOException {
        return origin.find(pool, blockId);
    }

    @Override
    public ChunkContent readLive(BlockKey live, long chunk, int lengthBytes) throws IOException {
        return origin.readLive(live, chunk, lengthBytes, harm);
    }

    @Override
    public ChunkContent readWhole(ReplicaFiles files, long chunk, int lengthBytes) throws IOException {
        return origin.readWhole(files, chunk, lengthBytes);
    }

    @Override
    public ReplicaShape shapeOf(ReplicaFiles files) throws IOException {
        return origin.shapeOf(files);
    }

    @Override
    public ChunkContent cut(byte[] checksumHeader, ChunkContent content, int lengthBytes) throws IOException {
        return SimulatedOrigin.cut(content, lengthBytes);
    }

    @Override
    public ChunkContent overwrite(byte[] checksumHeader, ChunkContent content, int offset, ByteBuffer data)
            throws IOException {
        return SimulatedOrigin.overwrite(content, offset, data);
    }
}
