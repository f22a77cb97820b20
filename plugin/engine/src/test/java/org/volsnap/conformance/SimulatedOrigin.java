/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.Origin;
import org.volsnap.engine.ReplicaShape;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionState;

/** An origin with one block: a device. Safe for many threads. */
final class SimulatedOrigin implements Origin {
    static final BlockKey KEY = new BlockKey("dm", 1, 1);
    private static final ReplicaFiles NO_FILES = new ReplicaFiles(Path.of("device"), Path.of("device.meta"));

    private final SimulatedDevice device;
    private final ChunkGeometry geometry;
    private final VolumeStore volume;

    /**
     * @param geometry chunks of the engine that reads it
     * @param volume where that engine keeps what it preserves
     */
    SimulatedOrigin(SimulatedDevice device, ChunkGeometry geometry, VolumeStore volume) {
        this.device = device;
        this.geometry = geometry;
        this.volume = volume;
    }

    LiveReplica replica() {
        return new LiveReplica(KEY, device.sizeBytes(), VersionState.FINALIZED, new byte[0], volume, NO_FILES);
    }

    @Override
    public Optional<LiveReplica> find(String pool, long blockId) {
        return Optional.of(replica());
    }

    @Override
    public ChunkContent readLive(BlockKey live, long chunk, int lengthBytes) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(lengthBytes);
        device.read(geometry.offsetOf(chunk), data);
        return ChunkContent.plain(data.flip());
    }

    @Override
    public ChunkContent cut(byte[] checksumHeader, ChunkContent content, int lengthBytes) {
        return ChunkContent.plain(content.data().limit(lengthBytes));
    }

    @Override
    public ChunkContent readWhole(ReplicaFiles files, long chunk, int lengthBytes) {
        throw new UnsupportedOperationException("a device is never kept whole");
    }

    @Override
    public ReplicaShape shapeOf(ReplicaFiles files) {
        throw new UnsupportedOperationException("a device is never kept whole");
    }
}
