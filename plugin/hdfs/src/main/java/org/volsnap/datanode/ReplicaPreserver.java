/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.Lists;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.hdfs.protocol.Block;
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
        return preserve(
                "append",
                blockId,
                live -> live.state() == VersionState.FINALIZED
                        ? engine.begin(new ChangeRequest(live, newStamp, live.length(), lastPartialChecksum(live)))
                        : engine.announce(restamp(live, newStamp)));
    }

    /** {@code recoverClose}: only the stamp changes, in the meta file's name. */
    OriginChange beforeRecoverClose(long blockId, long newStamp) throws InterruptedIOException {
        return preserve(
                "recoverClose",
                blockId,
                live -> live.state() == VersionState.FINALIZED
                        ? engine.begin(restamp(live, newStamp))
                        : engine.announce(restamp(live, newStamp)));
    }

    /** {@code recoverRbw}: cuts what was never acknowledged, and stops the writer, so it may not hold the gate. */
    OriginChange beforeRecoverRbw(long blockId, long newStamp) throws InterruptedIOException {
        return preserve("recoverRbw", blockId, live -> engine.announce(restamp(live, newStamp)));
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
        return preserve("updateReplicaUnderRecovery", block.getBlockId(), live -> {
            ChunkRange atRisk = newLength < live.length() ? endFrom(live, newLength) : ChunkRange.EMPTY;
            return engine.begin(new ChangeRequest(live, newStamp, Math.min(live.length(), newLength), atRisk));
        });
    }

    /** {@code createRbw}: with a new stamp it deletes the replica that is there, without one (0) it refuses then. */
    OriginChange beforeCreate(long blockId, long newStamp) throws InterruptedIOException {
        return newStamp == 0 ? NOTHING : preserve("createRbw", blockId, live -> engine.beginDelete(List.of(live)));
    }

    /**
     * {@code createTemporary} deletes a replica with an older stamp. It stops that one's writer first, so the gate is
     * not held: what the writer adds meanwhile lies above every length at T.
     */
    void beforeCreateTemporary(Block block, boolean isTransfer) throws InterruptedIOException {
        preserve("createTemporary", block.getBlockId(), live -> {
                    boolean replaced = live.key().stamp() < block.getGenerationStamp()
                            && (isTransfer || live.state() == VersionState.OPEN);
                    return replaced ? engine.beginDelete(List.of(live)) : NOTHING;
                })
                .close();
    }

    /** {@code invalidate}: all replicas of the call, linked whole, with one force of each directory. */
    OriginChange beforeInvalidate(Block[] blocks) throws InterruptedIOException {
        if (engine.chain().isEmpty()) {
            return NOTHING;
        }
        List<LiveReplica> going = new ArrayList<>(blocks.length);
        for (Block block : blocks) {
            guarded("invalidate", block.getBlockId(), () -> {
                replicas.find(block.getBlockId())
                        .filter(live -> live.key().stamp() == block.getGenerationStamp())
                        .ifPresent(going::add);
                return NOTHING;
            });
        }
        if (going.isEmpty()) {
            return NOTHING;
        }
        return guarded("invalidate", going.get(0).key().blockId(), () -> engine.beginDelete(going));
    }

    /** A replica that Hadoop may delete because there is a second one of its block. Preserved, but not gated. */
    void beforeDuplicateGoes(long blockId, Lookup duplicate) throws InterruptedIOException {
        guarded("a second replica", blockId, () -> {
                    Optional<LiveReplica> going = duplicate.find();
                    return going.isPresent() ? engine.beginDelete(List.of(going.get())) : NOTHING;
                })
                .close();
    }

    /** How a replica is found. */
    interface Lookup {
        Optional<LiveReplica> find() throws IOException;
    }

    /**
     * After {@code createRbw}: a replica whose stamp was given out before T but that is created after it has no bytes in
     * the snapshot. While T is not known nothing is recorded; the list of open replicas that is taken after T has it.
     */
    void recordCreated(ReplicaInfo created) throws InterruptedIOException {
        Optional<ChainLink> last = Lists.reverse(engine.chain()).stream()
                .filter(link -> !link.fence().isOpen() && link.fence().contains(created.getGenerationStamp()))
                .findFirst();
        if (last.isPresent()) {
            guarded("createRbw", created.getBlockId(), () -> {
                Optional<LiveReplica> live = replicas.translate(created);
                if (live.isPresent()) {
                    engine.recordOpen(last.get().id(), List.of(empty(live.get())));
                }
                return NOTHING;
            });
        }
    }

    private ChunkRange lastPartialChecksum(LiveReplica live) throws IOException {
        return live.length() == 0 ? ChunkRange.EMPTY : endFrom(live, live.length());
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

    private OriginChange preserve(String call, long blockId, Preservation preservation) throws InterruptedIOException {
        if (engine.chain().isEmpty()) {
            return NOTHING;
        }
        return guarded(call, blockId, () -> {
            Optional<LiveReplica> live = replicas.find(blockId);
            return live.isPresent() ? preservation.of(live.get()) : NOTHING;
        });
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

    private interface Step {
        OriginChange run() throws IOException;
    }

    private interface Preservation {
        OriginChange of(LiveReplica live) throws IOException;
    }
}
