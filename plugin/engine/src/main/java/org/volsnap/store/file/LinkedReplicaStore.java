/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.WholeReplica;
import org.volsnap.store.WholeReplicaStore;

/**
 * Whole replicas as pairs of hard links under {@code links/<owner>}. A pair never moves by rename, since two renames
 * have a moment at which neither place has the pair: the new place is linked and forced, then the old one is unlinked.
 */
final class LinkedReplicaStore implements WholeReplicaStore {
    /** Moves that wait for a force at most: bounds what a thread holds in memory. */
    private static final int MAX_DEPARTURES = 1024;

    private final StoreFiles files;
    private final String pool;
    private final Path links;
    private final Map<SnapshotId, OwnerLinks> owners = new ConcurrentHashMap<>();
    private final ThreadLocal<LinkBatch> batches = ThreadLocal.withInitial(LinkBatch::new);

    /** @param links the directory of all owners; it is there, and durable */
    LinkedReplicaStore(StoreFiles files, String pool, Path links) throws IOException {
        this.files = files;
        this.pool = pool;
        this.links = links;
        for (SnapshotId owner : ownersOnDisk()) {
            owners.put(owner, new OwnerLinks(files, pool, owner, links));
        }
    }

    private List<SnapshotId> ownersOnDisk() throws IOException {
        return files.list(links).stream()
                .map(path -> ownerOf(path.getFileName().toString()))
                .flatMapToLong(OptionalLong::stream)
                .mapToObj(SnapshotId::new)
                .toList();
    }

    private static OptionalLong ownerOf(String name) {
        return name.matches("[1-9]\\d{0,17}") ? OptionalLong.of(Long.parseLong(name)) : OptionalLong.empty();
    }

    /** The owners that were there before this process, for the sweep. */
    Collection<OwnerLinks> known() {
        return List.copyOf(owners.values());
    }

    private OwnerLinks linksOf(SnapshotId owner) {
        return owners.computeIfAbsent(owner, id -> new OwnerLinks(files, pool, id, links).asNew());
    }

    @Override
    public long link(BlockKey key, SnapshotId owner, ReplicaFiles live) throws IOException {
        requireNonNull(live, "live is null");
        checkArgument(key.pool().equals(pool), "%s is not of block pool %s", key, pool);
        OwnerLinks to = linksOf(owner);
        long bytes = to.link(key, live);
        // also when the pair was there: another thread may not have forced it yet
        batch().arrived(to.directory(key));
        return bytes;
    }

    private LinkBatch batch() {
        return batches.get();
    }

    @Override
    public void force() throws IOException {
        batch().force(files);
        batches.remove();
    }

    @Override
    public Optional<WholeReplica> find(BlockKey key, SnapshotId owner) {
        OwnerLinks found = owners.get(owner);
        return found == null ? Optional.empty() : found.find(key);
    }

    /** Lists one of the 1,024 directories of the owner. */
    @Override
    public Collection<BlockKey> keys(String pool, long blockId, SnapshotId owner) throws IOException {
        OwnerLinks found = owners.get(owner);
        return found == null ? List.of() : found.keys(blockId);
    }

    @Override
    public Stream<WholeReplica> list(SnapshotId owner) throws IOException {
        OwnerLinks found = owners.get(owner);
        return found == null ? Stream.empty() : found.list();
    }

    @Override
    public List<WholeReplica> list(SnapshotId owner, int part) throws IOException {
        OwnerLinks found = owners.get(owner);
        return found == null ? List.of() : found.list(part);
    }

    @Override
    public Stream<SnapshotId> owners() throws IOException {
        return ownersOnDisk().stream().filter(this::keepsAnything);
    }

    private boolean keepsAnything(SnapshotId owner) {
        return Unchecked.function((SnapshotId id) -> {
                    try (Stream<WholeReplica> replicas = list(id)) {
                        return replicas.findAny().isPresent();
                    }
                })
                .apply(owner);
    }

    @Override
    public void handDown(WholeReplica replica, SnapshotId newOwner) throws IOException {
        if (!replica.owner().equals(newOwner)) {
            link(replica.key(), newOwner, replica.files());
            departs(replica);
        }
    }

    @Override
    public void moveOut(WholeReplica replica, ReplicaFiles to) throws IOException {
        linkOut(replica.files().meta(), to.meta());
        linkOut(replica.files().data(), to.data());
        departs(replica);
    }

    private void linkOut(Path from, Path to) throws IOException {
        try {
            files.link(to, from);
        } catch (FileAlreadyExistsException e) {
            if (!files.isSameFile(to, from)) {
                throw e;
            }
        }
        batch().arrived(requireNonNull(to.getParent(), "a live file has no directory"));
    }

    private void departs(WholeReplica replica) throws IOException {
        batch().departs(linksOf(replica.owner()), replica.key());
        if (batch().departures() >= MAX_DEPARTURES) {
            force();
        }
    }

    @Override
    public void remove(WholeReplica replica) throws IOException {
        OwnerLinks from = linksOf(replica.owner());
        from.remove(replica.key());
        batch().removed(from, replica.key());
    }

    @Override
    public long count(SnapshotId owner) {
        OwnerLinks found = owners.get(owner);
        return found == null ? 0 : found.count();
    }

    @Override
    public long usedBytes(SnapshotId owner) {
        OwnerLinks found = owners.get(owner);
        return found == null ? 0 : found.usedBytes();
    }
}
