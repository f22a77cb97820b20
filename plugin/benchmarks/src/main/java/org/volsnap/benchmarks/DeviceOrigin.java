/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.Origin;
import org.volsnap.engine.ReplicaShape;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.store.Device;

/** An origin with one block: a device. */
record DeviceOrigin(Device device, ChunkGeometry geometry, LiveReplica replica) implements Origin {
    @Override
    public Optional<LiveReplica> find(String pool, long blockId) {
        return Optional.of(replica);
    }

    @Override
    public ChunkContent readLive(BlockKey live, long chunk, int lengthBytes) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(lengthBytes);
        device.read(geometry.offsetOf(chunk), data);
        return ChunkContent.plain(data.flip());
    }

    @Override
    public ChunkContent readWhole(ReplicaFiles files, long chunk, int lengthBytes) {
        throw new UnsupportedOperationException("a device is never kept whole");
    }

    @Override
    public ReplicaShape shapeOf(ReplicaFiles files) {
        throw new UnsupportedOperationException("a device is never kept whole");
    }

    @Override
    public ChunkContent cut(byte[] checksumHeader, ChunkContent content, int lengthBytes) {
        return ChunkContent.plain(content.data().limit(lengthBytes));
    }
}
