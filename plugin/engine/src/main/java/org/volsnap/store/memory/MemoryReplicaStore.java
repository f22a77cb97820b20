/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.memory;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.WholeReplica;
import org.volsnap.store.WholeReplicaStore;

/** Whole replicas as hard links in a directory, their index in memory. Nothing is forced. */
public final class MemoryReplicaStore implements WholeReplicaStore {
    private record Place(BlockKey key, SnapshotId owner) {}

    private final Path directory;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<Place, WholeReplica> kept = new LinkedHashMap<>();

    /** What has moved, until the next {@link #force}. */
    @GuardedBy("lock")
    private final List<WholeReplica> leaving = new ArrayList<>();

    /**
     * @param directory where the links lie; on the file system of what is linked, made when absent
     */
    public MemoryReplicaStore(Path directory) {
        this.directory = requireNonNull(directory, "directory is null");
    }

    @Override
    public long link(BlockKey key, SnapshotId owner, ReplicaFiles live) throws IOException {
        synchronized (lock) {
            if (kept.containsKey(new Place(key, owner))) {
                return 0;
            }
            WholeReplica replica = new WholeReplica(key, owner, filesOf(key, owner));
            Files.createDirectories(directory);
            linkPair(live, replica.files());
            kept.put(new Place(key, owner), replica);
            return sizeOf(replica);
        }
    }

    private ReplicaFiles filesOf(BlockKey key, SnapshotId owner) {
        String name = owner.value() + "_blk_" + key.blockId();
        return new ReplicaFiles(
                directory.resolve(name + "_" + key.stamp() + ".data"),
                directory.resolve(name + "_" + key.stamp() + ".meta"));
    }

    private static void linkPair(ReplicaFiles from, ReplicaFiles to) throws IOException {
        link(from.meta(), to.meta());
        link(from.data(), to.data());
    }

    private static void link(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isSameFile(from, to)) {
                throw e;
            }
        }
    }

    @Override
    public void force() throws IOException {
        synchronized (lock) {
            for (WholeReplica replica : leaving) {
                remove(replica);
            }
            leaving.clear();
        }
    }

    @Override
    public Optional<WholeReplica> find(BlockKey key, SnapshotId owner) {
        synchronized (lock) {
            return Optional.ofNullable(kept.get(new Place(key, owner)));
        }
    }

    @Override
    public Stream<WholeReplica> list(SnapshotId owner) {
        synchronized (lock) {
            return kept.values().stream().filter(replica -> replica.owner().equals(owner)).toList().stream();
        }
    }

    @Override
    public Stream<SnapshotId> owners() {
        synchronized (lock) {
            return kept.values().stream().map(WholeReplica::owner).distinct().toList().stream();
        }
    }

    @Override
    public void handDown(WholeReplica replica, SnapshotId newOwner) throws IOException {
        synchronized (lock) {
            link(replica.key(), newOwner, replica.files());
            leaving.add(replica);
        }
    }

    @Override
    public void moveOut(WholeReplica replica, ReplicaFiles to) throws IOException {
        synchronized (lock) {
            linkPair(replica.files(), to);
            leaving.add(replica);
        }
    }

    @Override
    public void remove(WholeReplica replica) throws IOException {
        synchronized (lock) {
            kept.remove(new Place(replica.key(), replica.owner()), replica);
            Files.deleteIfExists(replica.files().data());
            Files.deleteIfExists(replica.files().meta());
        }
    }

    @Override
    public long count(SnapshotId owner) {
        synchronized (lock) {
            return kept.values().stream()
                    .filter(replica -> replica.owner().equals(owner))
                    .count();
        }
    }

    @Override
    public long usedBytes(SnapshotId owner) {
        synchronized (lock) {
            return kept.values().stream()
                    .filter(replica -> replica.owner().equals(owner))
                    .mapToLong(MemoryReplicaStore::sizeOf)
                    .sum();
        }
    }

    private static long sizeOf(WholeReplica replica) {
        return replica.files().data().toFile().length()
                + replica.files().meta().toFile().length();
    }
}
