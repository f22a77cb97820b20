/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.Origin;
import org.volsnap.engine.ReplicaShape;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReplicaFiles;

/** The live origin, or the one that stands in for it while Hadoop has not scanned. Safe for many threads. */
final class SwitchableOrigin implements Origin {
    private final Origin live;
    private volatile Origin current;

    SwitchableOrigin(Origin live) {
        this.live = requireNonNull(live, "live is null");
        this.current = live;
    }

    /** Null: the live one again. */
    void use(@Nullable Origin standIn) {
        current = standIn == null ? live : standIn;
    }

    @Override
    public Optional<LiveReplica> find(String pool, long blockId) throws IOException {
        return current.find(pool, blockId);
    }

    @Override
    public ChunkContent readLive(BlockKey key, long chunk, int lengthBytes) throws IOException {
        return current.readLive(key, chunk, lengthBytes);
    }

    @Override
    public ChunkContent readWhole(ReplicaFiles files, long chunk, int lengthBytes) throws IOException {
        return current.readWhole(files, chunk, lengthBytes);
    }

    @Override
    public ReplicaShape shapeOf(ReplicaFiles files) throws IOException {
        return current.shapeOf(files);
    }

    @Override
    public ChunkContent cut(byte[] checksumHeader, ChunkContent content, int lengthBytes) throws IOException {
        return current.cut(checksumHeader, content, lengthBytes);
    }
}
