/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.volsnap.datanode.Admission;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.SnapshotReplicaReader;
import org.volsnap.datanode.mount.Mount;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.Origin;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;

/** A block pool that has an engine, and Hadoop not yet. */
record EnginePool(String blockPoolId, SnapshotEngine engine, ChunkGeometry geometry) implements PoolControl {
    @Override
    public void useOrigin(@Nullable Origin offline) {}

    @Override
    public Optional<SnapshotReplicaReader> read(SnapshotId id, BlockKey key) {
        return Optional.empty();
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }

    @Override
    public void setAdmission(Admission admission) {}

    @Override
    public Collection<LiveReplica> openReplicas() {
        return List.of();
    }

    @Override
    public void stopWriters(long timeoutMillis) {}

    @Override
    public long queuedDeletions() {
        return 0;
    }

    @Override
    public void triggerFullReport() {}

    @Override
    public void setMounts(Collection<Mount> mounts) {}

    @Override
    public void rejoin() {
        throw new UnsupportedOperationException("not used here");
    }

    @Override
    public @Nullable Object registration() {
        return null;
    }

    @Override
    public long highestStamp() {
        return 0;
    }

    @Override
    public long highestBlockId() {
        return 0;
    }
}
