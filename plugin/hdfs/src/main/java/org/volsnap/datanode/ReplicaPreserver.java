/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.HashMultimap;
import com.google.common.collect.Lists;
import com.google.common.collect.SetMultimap;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.hadoop.hdfs.protocol.Block;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.ReplicaState;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInfo;
import org.volsnap.engine.ChainLink;
import org.volsnap.engine.ChangeRequest;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.OriginChange;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.VersionState;

/**
 * Says, for each call of Hadoop that changes a replica, what of it is at risk, and passes the engine's gate with that.
 * The result is held while Hadoop makes the change. Whatever goes wrong here is a snapshot's trouble and stays here;
 * only an interrupt comes out, and then nothing may be changed. Safe for many threads.
 *
 * <p>While the chain is empty a call costs one look at it. A snapshot that is added while such a call is under way has
 * its T later, so the stamp that the change brings is inside T's fence: the change happened before T.
 */
final class ReplicaPreserver {
    private static final OriginChange NOTHING = () -> {};

    private final SnapshotEngine engine;
    private final LiveReplicas replicas;
    private final ChunkGeometry geometry;
    private final PoolTrouble trouble;

    ReplicaPreserver(SnapshotEngine engine, LiveReplicas replicas, ChunkGeometry geometry, PoolTrouble trouble) {
        this.engine = requireNonNull(engine, "engine is null");
        this.replicas = requireNonNull(replicas, "replicas is null");
        this.geometry = requireNonNull(geometry, "geometry is null");
        this.trouble = requireNonNull(trouble, "trouble is null");
    }

    /**
     * {@code append}, and {@code recoverAppend} of either state. A finalized replica loses its header, and the checksum
     * of its last checksum chunk when that is partial. Never a link: Hadoop would copy the whole block to break it.
     */
    OriginChange beforeAppend(long blockId, long newStamp) throws InterruptedIOException {
        return gatedIfFinalized(
                "append", blockId, live -> new ChangeRequest(live, newStamp, live.length(), partialEnd(live)));
    }

    /** {@code recoverClose}: only the stamp changes, in the meta file's name. */
    OriginChange beforeRecoverClose(long blockId, long newStamp) throws InterruptedIOException {
        return gatedIfFinalized("recoverClose", blockId, live -> restamp(live, newStamp));
    }

    /** {@code recoverRbw}: cuts what was never acknowledged, and stops the writer, so it may not hold the gate. */
    OriginChange beforeRecoverRbw(long blockId, long newStamp) throws InterruptedIOException {
        return announced("recoverRbw", blockId, live -> restamp(live, newStamp));
    }

    /**
     * {@code updateReplicaUnderRecovery}, the end of a lease recovery or a truncate: the chunks that are cut off, and
     * the checksum chunk that the cut goes through. With a new block id it is a copy that is cut, and the replica stays.
     */
    OriginChange beforeUpdate(Block block, long newStamp, long newBlockId, long newLength)
            throws InterruptedIOException {
        if (newBlockId > 0 && newBlockId != block.getBlockId()) {
            return NOTHING;
        }
        return gated("updateReplicaUnderRecovery", block.getBlockId(), live -> {
            ChunkRange atRisk = newLength < live.length() ? endFrom(live, newLength) : ChunkRange.EMPTY;
            return new ChangeRequest(live, newStamp, Math.min(live.length(), newLength), atRisk);
        });
    }

    /** {@code createRbw}: with a new stamp it deletes the replica that is there, without one (0) it refuses then. */
    OriginChange beforeCreate(long blockId, long newStamp) throws InterruptedIOException {
        return newStamp == 0 ? NOTHING : goes("createRbw", List.of(blockId), live -> true);
    }

    /**
     * {@code createTemporary} deletes a replica with an older stamp. It stops that one's writer first, so the gate is
     * not held: what the writer adds meanwhile lies above every length at T.
     */
    void beforeCreateTemporary(Block block, boolean isTransfer) throws InterruptedIOException {
        goes(
                        "createTemporary",
                        List.of(block.getBlockId()),
                        live -> live.key().stamp() < block.getGenerationStamp()
                                && (isTransfer || live.state() == VersionState.OPEN))
                .close();
    }

    /** {@code invalidate}: all replicas of the call, linked whole, with one force of each directory. */
    OriginChange beforeInvalidate(Block[] blocks) throws InterruptedIOException {
        SetMultimap<Long, Long> stamps = HashMultimap.create();
        for (Block block : blocks) {
            stamps.put(block.getBlockId(), block.getGenerationStamp());
        }
        return goes(
                "invalidate",
                stamps.keySet(),
                live -> stamps.containsEntry(live.key().blockId(), live.key().stamp()));
    }

    /** A replica that Hadoop may delete because there is a second one of its block. Preserved, but not gated. */
    void beforeDuplicateGoes(long blockId, Lookup duplicate) throws InterruptedIOException {
        keepWhole("a second replica", List.of(blockId), id -> duplicate.find()).close();
    }

    /** How a replica is found. */
    interface Lookup {
        Optional<LiveReplica> find() throws IOException;
    }

    /**
     * After {@code createRbw} and {@code convertTemporaryToRbw} (a DataNode joins a pipeline): a replica whose stamp was
     * given out before T but that is created after it has no bytes in the snapshot. While T is not known nothing is recorded; the list of open replicas that is taken after T has it.
     */
    void recordCreated(ReplicaInfo created) throws InterruptedIOException {
        Optional<ChainLink> last = Lists.reverse(engine.chain()).stream()
                .filter(link -> !link.fence().isOpen() && link.fence().contains(created.getGenerationStamp()))
                .findFirst();
        if (last.isPresent()) {
            guarded("a new replica", created.getBlockId(), () -> {
                Optional<LiveReplica> live = replicas.translate(created);
                if (live.isPresent()) {
                    engine.recordOpen(last.get().id(), List.of(empty(live.get())));
                }
                return NOTHING;
            });
        }
    }

    // ---- what is at risk

    /** What writing on destroys; a replica that is already being written keeps its last checksum in memory. */
    private ChunkRange partialEnd(LiveReplica live) throws IOException {
        boolean whole = live.state() == VersionState.OPEN || live.length() == 0;
        return whole ? ChunkRange.EMPTY : endFrom(live, live.length());
    }

    /** The chunks from the checksum chunk on that this length cuts through. */
    private ChunkRange endFrom(LiveReplica live, long newLength) throws IOException {
        long from = ChecksumLayout.of(live.checksumHeader()).floor(newLength);
        return geometry.covering(from, live.length());
    }

    private static ChangeRequest restamp(LiveReplica live, long newStamp) {
        return new ChangeRequest(live, newStamp, live.length(), ChunkRange.EMPTY);
    }

    private static LiveReplica empty(LiveReplica live) {
        return new LiveReplica(live.key(), 0, VersionState.OPEN, live.checksumHeader(), live.volume(), live.files());
    }

    // ---- the way to the engine

    /** What a call means for the replica that it finds. */
    private interface Plan {
        ChangeRequest of(LiveReplica live) throws IOException;
    }

    private interface Search {
        Optional<LiveReplica> find(long blockId) throws IOException;
    }

    private interface Step {
        OriginChange run() throws IOException;
    }

    private OriginChange gatedIfFinalized(String call, long blockId, Plan plan) throws InterruptedIOException {
        ReplicaInfo inMap = replicas.inMap(blockId);
        boolean open = inMap != null && inMap.getState() != ReplicaState.FINALIZED;
        return open ? announced(call, blockId, plan) : gated(call, blockId, plan);
    }

    private OriginChange gated(String call, long blockId, Plan plan) throws InterruptedIOException {
        if (engine.chain().isEmpty()) {
            return NOTHING;
        }
        return guarded(call, blockId, () -> engine.begin(blockId, () -> planned(call, blockId, plan)));
    }

    private OriginChange announced(String call, long blockId, Plan plan) throws InterruptedIOException {
        if (engine.chain().isEmpty()) {
            return NOTHING;
        }
        Optional<ChangeRequest> request = planned(call, blockId, plan);
        return request.isEmpty() ? NOTHING : guarded(call, blockId, () -> engine.announce(request.get()));
    }

    private Optional<ChangeRequest> planned(String call, long blockId, Plan plan) {
        try {
            Optional<LiveReplica> live = replicas.find(blockId);
            return live.isPresent() ? Optional.of(plan.of(live.get())) : Optional.empty();
        } catch (IOException | RuntimeException e) {
            trouble.notPreserved(call, blockId, e);
            return Optional.empty();
        }
    }

    private OriginChange goes(String call, Collection<Long> blockIds, Predicate<LiveReplica> deleted)
            throws InterruptedIOException {
        return keepWhole(call, blockIds, blockId -> replicas.find(blockId).filter(deleted));
    }

    private OriginChange keepWhole(String call, Collection<Long> blockIds, Search search)
            throws InterruptedIOException {
        if (engine.chain().isEmpty() || blockIds.isEmpty()) {
            return NOTHING;
        }
        long first = blockIds.iterator().next();
        return guarded(call, first, () -> engine.beginDelete(blockIds, blockId -> found(call, blockId, search)));
    }

    private Optional<LiveReplica> found(String call, long blockId, Search search) {
        try {
            return search.find(blockId);
        } catch (IOException | RuntimeException e) {
            trouble.notPreserved(call, blockId, e);
            return Optional.empty();
        }
    }

    private OriginChange guarded(String call, long blockId, Step step) throws InterruptedIOException {
        try {
            return step.run();
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            trouble.notPreserved(call, blockId, e);
            return NOTHING;
        }
    }
}
