/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.WholeReplica;

/**
 * The snapshots of one block pool on one DataNode: one origin, one chain, the stores of all its storage volumes. Safe
 * for many threads.
 */
public interface SnapshotEngine extends Closeable {

    // ---- stores

    /** Takes a storage volume's stores in and replays them. */
    void addVolume(VolumeStore volume) throws IOException;

    /** Lets a storage volume's stores go: what they held is lost until they come back. */
    void removeVolume(VolumeStore volume);

    // ---- chain

    /** The chain, oldest first. */
    List<ChainLink> chain();

    /**
     * The snapshots that own anything in the stores, in the chain or not: after a crash also those that were being
     * dropped or adopted.
     */
    Set<SnapshotId> owners() throws IOException;

    /**
     * Puts a snapshot into the chain at the place of its id, with an open fence. Returns when every change that began
     * before has ended: from then on everything is preserved for it. Known ids are left as they are. One that is older
     * than the newest was made while this origin was away: it sees what newer ones own of its time.
     */
    void addSnapshot(SnapshotId id) throws InterruptedIOException;

    /** Says what existed at T. What the stamps exclude is freed in the background. */
    void setFence(SnapshotId id, StampFence fence) throws IOException;

    /** Gives all that a provisional snapshot owns to the real one, which becomes the newest in its place. */
    void adopt(SnapshotId provisional, SnapshotId real) throws IOException;

    /**
     * Takes a snapshot out of the chain and hands down what older ones still need. Resumable: called again after a
     * crash it goes on.
     */
    void dropSnapshot(SnapshotId id) throws IOException;

    /**
     * Records replicas that are open at T as {@code id} sees them: stamp, length, state. Durable when it returns.
     * Those the fence excludes and those recorded before are passed over.
     */
    void recordOpen(SnapshotId id, Collection<LiveReplica> replicas) throws IOException;

    // ---- changes of the origin

    /**
     * Passes the gate with a change of one replica: preserves its header and the chunks at risk, waits for pending
     * exceptions and conflicting reads on them, and keeps later changes of the block out until the result is closed.
     * Trouble of a snapshot is recorded and does not come out here.
     *
     * @throws InterruptedIOException when the thread is interrupted while it waits; nothing may be changed then
     */
    OriginChange begin(ChangeRequest request) throws InterruptedIOException;

    /**
     * The same, with a request that is made when no other change of the block is inside: what is looked up before may
     * be stale by then. Empty: nothing is preserved, and the gate is held all the same.
     */
    OriginChange begin(long blockId, Supplier<Optional<ChangeRequest>> request) throws InterruptedIOException;

    /** Like {@link #beginDelete(Collection)}, each replica looked up when no other change of its block is inside. */
    OriginChange beginDelete(Collection<Long> blockIds, LongFunction<Optional<LiveReplica>> replicas)
            throws InterruptedIOException;

    /**
     * The same for replicas that go as a whole: links them into their store and forces each directory once for all.
     * Their gates are taken in the order of block ids.
     */
    OriginChange beginDelete(Collection<LiveReplica> replicas) throws InterruptedIOException;

    /**
     * Preserves as {@link #begin} does, without the gate: for calls that stop a writer, which may itself wait for the
     * gate. {@link #addSnapshot} waits for the result to be closed.
     */
    OriginChange announce(ChangeRequest request) throws InterruptedIOException;

    // ---- the past

    /** The block version as this snapshot sees it; empty when nothing here is known to be that version. */
    Optional<VersionView> view(SnapshotId id, BlockKey key) throws IOException;

    /**
     * The version of this block that the snapshot sees, of several the one with the highest stamp; empty when nothing here
     * is known to be one.
     */
    Optional<BlockKey> newest(SnapshotId id, String pool, long blockId) throws IOException;

    /** Versions with exceptions that are visible to this snapshot: for each key the one it would read. */
    Collection<VersionHeader> versions(SnapshotId id);

    /** Whole replicas that are visible to this snapshot, read lazily from the directories. To be closed. */
    Stream<WholeReplica> wholeReplicas(SnapshotId id) throws IOException;

    /** Those that lie on one storage volume, directory by directory for each owner. */
    Stream<WholeReplica> wholeReplicas(SnapshotId id, VolumeStore volume) throws IOException;

    ChunkScan chunkScan();

    // ---- merge

    /** The stored whole replica on which the version's untouched chunks rest; empty when that is the live replica. */
    Optional<WholeReplica> storedBase(VersionHeader version) throws IOException;

    /** Moves a whole replica back to the origin; lineages that rest on it rest on the live replica from then on. */
    void moveOut(WholeReplica replica, ReplicaFiles to) throws IOException;

    /**
     * The same for several replicas of one storage volume, of different blocks: by hard links, and each directory is
     * forced once for all. After a crash each is in one of its two places or in both, and it can be repeated.
     */
    void moveOut(VolumeStore volume, Map<WholeReplica, ReplicaFiles> moves) throws IOException;

    /**
     * Makes a live replica equal to a version that rests on it. What it overwrites is preserved for newer snapshots
     * first; waits, chunk by chunk, for pending exceptions and conflicting reads. The version keeps its entries. Can
     * be repeated after a crash.
     *
     * @throws org.volsnap.store.VersionLostException when part of the version is lost; nothing was written then
     */
    void merge(VersionHeader version, LiveReplica live, OriginWriter writer) throws IOException;

    // ---- state

    EngineStatus status();

    /** Returns when no exception is pending and no conflicting read is in flight, or the time is over: then false. */
    boolean awaitQuiet(long timeoutMillis) throws InterruptedIOException;

    /** Fails what waits, closes the stores. For the content every stop is a crash. */
    @Override
    void close() throws IOException;
}
