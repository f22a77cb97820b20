/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.datanode.ReplicaFileReader;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.Origin;
import org.volsnap.engine.ReplicaShape;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReplicaFiles;

/** The live replicas, read from the directories while Hadoop's dataset does not know them. Safe for many threads. */
public final class OfflineOrigin implements Origin {
    private final PoolDirectories directories;
    private final ReplicaFileReader reader;

    /**
     * Looks at nothing yet.
     *
     * @param volumes the storage volumes in service, asked at every look
     */
    public OfflineOrigin(String pool, ChunkGeometry geometry, Supplier<Collection<PoolVolume>> volumes) {
        directories = new PoolDirectories(pool, volumes);
        reader = new ReplicaFileReader(geometry);
    }

    PoolDirectories directories() {
        return directories;
    }

    ReplicaFileReader reader() {
        return reader;
    }

    @Override
    public Optional<LiveReplica> find(String pool, long blockId) throws IOException {
        Optional<DiskReplica> found = directories.find(blockId);
        return found.isPresent() ? Optional.of(found.get().open()) : Optional.empty();
    }

    @Override
    public ChunkContent readLive(BlockKey live, long chunk, int lengthBytes) throws IOException {
        DiskReplica replica = directories
                .find(live.blockId())
                .orElseThrow(() -> new IOException(live + " is not on any storage volume"));
        if (!replica.key().equals(live)) {
            throw new IOException("instead of " + live + " there is " + replica.key());
        }
        return reader.read(replica.files(), chunk, lengthBytes);
    }

    @Override
    public ChunkContent readWhole(ReplicaFiles files, long chunk, int lengthBytes) throws IOException {
        return reader.read(files, chunk, lengthBytes);
    }

    @Override
    public ReplicaShape shapeOf(ReplicaFiles files) throws IOException {
        return reader.shapeOf(files);
    }

    @Override
    public ChunkContent cut(byte[] checksumHeader, ChunkContent content, int lengthBytes) throws IOException {
        return reader.cut(checksumHeader, content, lengthBytes);
    }
}
