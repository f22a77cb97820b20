/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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

/** A block pool that writes down what its follower does to it. */
final class FakePool implements PoolControl {
    final FakeEngine engine = new FakeEngine();
    final List<Admission> admissions = new CopyOnWriteArrayList<>();
    final AtomicLong queuedDeletions = new AtomicLong();
    final AtomicInteger fullReports = new AtomicInteger();
    final AtomicInteger writersStopped = new AtomicInteger();
    final AtomicInteger rejoins = new AtomicInteger();
    volatile @Nullable Object registration;
    volatile boolean writersHang;
    volatile long highestStamp = 47;
    volatile @Nullable Origin origin;
    volatile @Nullable SnapshotReplicaReader replica;

    Optional<Admission> admission() {
        return admissions.isEmpty() ? Optional.empty() : Optional.of(admissions.get(admissions.size() - 1));
    }

    @Override
    public String blockPoolId() {
        return Registries.POOL;
    }

    @Override
    public SnapshotEngine engine() {
        return engine;
    }

    @Override
    public ChunkGeometry geometry() {
        return ChunkGeometry.ofSize(4096);
    }

    @Override
    public void useOrigin(@Nullable Origin offline) {
        origin = offline;
    }

    @Override
    public Optional<SnapshotReplicaReader> read(SnapshotId id, BlockKey key) {
        return Optional.ofNullable(replica);
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }

    @Override
    public void setAdmission(Admission admission) {
        admissions.add(admission);
    }

    @Override
    public Collection<LiveReplica> openReplicas() {
        return List.of();
    }

    @Override
    public void stopWriters(long timeoutMillis) throws IOException {
        if (writersHang) {
            throw new IOException("a writer hangs");
        }
        writersStopped.incrementAndGet();
    }

    @Override
    public long queuedDeletions() {
        return queuedDeletions.get();
    }

    @Override
    public void triggerFullReport() {
        fullReports.incrementAndGet();
    }

    @Override
    public void setMounts(Collection<Mount> mounts) {}

    @Override
    public void rejoin() {
        rejoins.incrementAndGet();
    }

    @Override
    public @Nullable Object registration() {
        return registration;
    }

    @Override
    public long highestStamp() {
        return highestStamp;
    }

    @Override
    public long highestBlockId() {
        return 42;
    }
}
