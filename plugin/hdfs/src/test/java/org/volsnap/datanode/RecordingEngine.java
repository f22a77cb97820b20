/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

/** An engine that only notes what it is asked to preserve, and whether the change is over. */
final class RecordingEngine implements SnapshotEngine {
    final List<ChainLink> chain = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    final List<LiveReplica> recorded = new ArrayList<>();
    boolean broken;
    boolean interrupted;

    void snapshot(long number, StampFence fence) {
        chain.add(new ChainLink(SnapshotId.ofRegistry(number), fence));
    }

    @Override
    public List<ChainLink> chain() {
        return chain;
    }

    @Override
    public OriginChange begin(ChangeRequest request) throws InterruptedIOException {
        return note("gate", describe(request));
    }

    @Override
    public OriginChange begin(long blockId, Supplier<Optional<ChangeRequest>> request) throws InterruptedIOException {
        return note("gate", request.get().map(RecordingEngine::describe).orElse("nothing of blk_" + blockId));
    }

    @Override
    public OriginChange announce(ChangeRequest request) throws InterruptedIOException {
        return note("announce", describe(request));
    }

    @Override
    public OriginChange beginDelete(Collection<LiveReplica> replicas) throws InterruptedIOException {
        return note("whole", describe(replicas.stream()));
    }

    @Override
    public OriginChange beginDelete(Collection<Long> blockIds, LongFunction<Optional<LiveReplica>> replicas)
            throws InterruptedIOException {
        return note("whole", describe(blockIds.stream().sorted().flatMap(id -> replicas.apply(id).stream())));
    }

    @Override
    public void recordOpen(SnapshotId id, Collection<LiveReplica> replicas) throws IOException {
        if (interrupted) {
            throw new InterruptedIOException("interrupted");
        }
        replicas.forEach(live -> events.add("record for " + id + " " + describe(live)));
        recorded.addAll(replicas);
    }

    private OriginChange note(String how, String what) throws InterruptedIOException {
        if (interrupted) {
            throw new InterruptedIOException("interrupted");
        }
        if (broken) {
            throw new IllegalStateException("broken");
        }
        events.add(how + " " + what);
        return () -> events.add("end");
    }

    private static String describe(ChangeRequest request) {
        return describe(request.replica()) + " -> " + request.newStamp() + " of " + request.newLength() + ", at risk "
                + request.atRisk().first() + "+" + request.atRisk().count();
    }

    private static String describe(Stream<LiveReplica> replicas) {
        return replicas.map(RecordingEngine::describe).toList().toString();
    }

    private static String describe(LiveReplica live) {
        return live.key().blockId() + "_" + live.key().stamp() + " " + live.state() + " of " + live.length();
    }

    // ---- what no change of a replica needs

    @Override
    public void addVolume(VolumeStore volume) {
        events.add("volume added");
    }

    @Override
    public void removeVolume(VolumeStore volume) {
        events.add("volume removed");
    }

    @Override
    public Set<SnapshotId> owners() {
        return Set.of();
    }

    @Override
    public void addSnapshot(SnapshotId id) {
        chain.add(new ChainLink(id, StampFence.OPEN));
    }

    @Override
    public void setFence(SnapshotId id, StampFence fence) {
        chain.replaceAll(link -> link.id().equals(id) ? new ChainLink(id, fence) : link);
    }

    @Override
    public void adopt(SnapshotId provisional, SnapshotId real) {
        chain.removeIf(link -> link.id().equals(provisional));
    }

    @Override
    public void dropSnapshot(SnapshotId id) {
        chain.removeIf(link -> link.id().equals(id));
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
        events.add("move out " + replica.key());
    }

    @Override
    public void moveOut(VolumeStore volume, Map<WholeReplica, ReplicaFiles> moves) {
        moves.keySet().forEach(replica -> events.add("move out " + replica.key()));
    }

    @Override
    public void merge(VersionHeader version, LiveReplica live, OriginWriter writer) throws IOException {
        writer.finish(version);
    }

    @Override
    public EngineStatus status() {
        return new EngineStatus(0, 0, 0, Map.of());
    }

    @Override
    public boolean awaitQuiet(long timeoutMillis) {
        return true;
    }

    @Override
    public void close() {
        events.add("closed");
    }
}
