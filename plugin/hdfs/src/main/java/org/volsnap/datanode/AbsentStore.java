/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreUsage;
import org.volsnap.store.WholeReplica;
import org.volsnap.store.WholeReplicaStore;

/** The stores of a storage volume whose real ones can't be opened: empty, and full. */
final class AbsentStore implements ExceptionStore, WholeReplicaStore {
    private final Path root;

    private AbsentStore(Path root) {
        this.root = root;
    }

    static VolumeStore on(Path root) {
        AbsentStore store = new AbsentStore(root);
        return new VolumeStore(store, store);
    }

    private StoreException refusal() {
        return new StoreException("no snapshot store on " + root);
    }

    @Override
    public String id() {
        return "absent:" + root;
    }

    @Override
    public void replay(Replay into) {
        // It holds nothing.
    }

    @Override
    public CompletableFuture<Void> commit(StoreRecord record) {
        return CompletableFuture.failedFuture(refusal());
    }

    @Override
    public CompletableFuture<ChunkLocation> commitChunk(long version, long chunk, ChunkContent content) {
        return CompletableFuture.failedFuture(refusal());
    }

    @Override
    public ChunkContent read(ChunkLocation location) throws StoreException {
        throw refusal();
    }

    @Override
    public void commitLoss(VersionHeader version, String reason) throws StoreException {
        throw refusal();
    }

    @Override
    public StoreUsage usage() {
        return new StoreUsage(0, 0);
    }

    @Override
    public void compact() {
        // It holds nothing.
    }

    @Override
    public long link(BlockKey key, SnapshotId owner, ReplicaFiles live) throws StoreException {
        throw refusal();
    }

    @Override
    public void force() throws StoreException {
        throw refusal();
    }

    @Override
    public Optional<WholeReplica> find(BlockKey key, SnapshotId owner) {
        return Optional.empty();
    }

    @Override
    public Stream<WholeReplica> list(SnapshotId owner) {
        return Stream.empty();
    }

    @Override
    public Stream<SnapshotId> owners() {
        return Stream.empty();
    }

    @Override
    public void handDown(WholeReplica replica, SnapshotId newOwner) throws StoreException {
        throw refusal();
    }

    @Override
    public void moveOut(WholeReplica replica, ReplicaFiles to) throws StoreException {
        throw refusal();
    }

    @Override
    public void remove(WholeReplica replica) throws StoreException {
        throw refusal();
    }

    @Override
    public long count(SnapshotId owner) {
        return 0;
    }

    @Override
    public long usedBytes(SnapshotId owner) {
        return 0;
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
