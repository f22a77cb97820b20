/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.volsnap.engine.ChainLink;
import org.volsnap.engine.ChangeRequest;
import org.volsnap.engine.ChunkScan;
import org.volsnap.engine.EngineStatus;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.OriginChange;
import org.volsnap.engine.OriginWriter;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.engine.VersionView;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.WholeReplica;

/** An engine that has a chain and nothing else. Writes down what it is told. */
final class FakeEngine implements SnapshotEngine {
    final ConcurrentSkipListMap<SnapshotId, ChainLink> links = new ConcurrentSkipListMap<>();
    final List<String> calls = new CopyOnWriteArrayList<>();
    final Set<SnapshotId> owners = new HashSet<>();
    volatile boolean quiet = true;
    volatile CountDownLatch dropMayGoOn = new CountDownLatch(0);

    @Override
    public void addVolume(VolumeStore volume) {}

    @Override
    public void removeVolume(VolumeStore volume) {}

    @Override
    public List<ChainLink> chain() {
        return List.copyOf(links.values());
    }

    List<String> ids() {
        return links.keySet().stream().map(SnapshotId::toString).toList();
    }

    @Override
    public Set<SnapshotId> owners() {
        return owners;
    }

    @Override
    public void addSnapshot(SnapshotId id) {
        calls.add("add " + id);
        links.putIfAbsent(id, new ChainLink(id, StampFence.OPEN));
    }

    @Override
    public void setFence(SnapshotId id, StampFence fence) {
        calls.add("fence " + id + " " + fence.stamp());
        links.put(id, new ChainLink(id, fence));
    }

    @Override
    public void adopt(SnapshotId provisional, SnapshotId real) {
        calls.add("adopt " + provisional + " by " + real);
        links.remove(provisional);
        links.put(real, new ChainLink(real, StampFence.OPEN));
    }

    @Override
    public void dropSnapshot(SnapshotId id) throws IOException {
        calls.add("drop " + id);
        try {
            dropMayGoOn.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        links.remove(id);
    }

    @Override
    public void recordOpen(SnapshotId id, Collection<LiveReplica> replicas) {
        calls.add("record " + id + " " + replicas.size());
    }

    @Override
    public OriginChange begin(ChangeRequest request) {
        return () -> {};
    }

    @Override
    public OriginChange beginDelete(Collection<LiveReplica> replicas) {
        return () -> {};
    }

    @Override
    public OriginChange begin(long blockId, Supplier<Optional<ChangeRequest>> request) {
        return () -> {};
    }

    @Override
    public OriginChange beginDelete(Collection<Long> blockIds, LongFunction<Optional<LiveReplica>> replicas) {
        return () -> {};
    }

    @Override
    public OriginChange announce(ChangeRequest request) {
        return () -> {};
    }

    @Override
    public Optional<VersionView> view(SnapshotId id, BlockKey key) {
        return Optional.empty();
    }

    @Override
    public Optional<BlockKey> newest(SnapshotId id, String pool, long blockId) {
        return Optional.empty();
    }

    @Override
    public Collection<VersionHeader> versions(SnapshotId id) {
        calls.add("versions " + id);
        return List.of();
    }

    @Override
    public ChunkScan chunkScan() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Stream<WholeReplica> wholeReplicas(SnapshotId id) {
        return Stream.empty();
    }

    @Override
    public Stream<WholeReplica> wholeReplicas(SnapshotId id, VolumeStore volume) {
        return Stream.empty();
    }

    @Override
    public Optional<WholeReplica> storedBase(VersionHeader version) {
        return Optional.empty();
    }

    @Override
    public void moveOut(WholeReplica replica, ReplicaFiles to) {
        calls.add("move out " + replica.key());
    }

    @Override
    public void moveOut(VolumeStore volume, Map<WholeReplica, ReplicaFiles> moves) {
        moves.keySet().forEach(replica -> calls.add("move out " + replica.key()));
    }

    @Override
    public void merge(VersionHeader version, LiveReplica live, OriginWriter writer) {
        calls.add("merge " + version.key());
    }

    @Override
    public EngineStatus status() {
        return new EngineStatus(3, 2, 1, Map.of());
    }

    @Override
    public boolean awaitQuiet(long timeoutMillis) {
        return quiet;
    }

    @Override
    public void close() {}
}
