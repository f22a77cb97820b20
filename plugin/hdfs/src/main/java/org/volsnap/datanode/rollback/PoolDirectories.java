/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionState;

/**
 * The replicas of one block pool as they lie on the disks, without Hadoop's dataset. Nothing is remembered, so there is
 * no heap per replica and nothing to go stale. Safe for many threads.
 */
final class PoolDirectories {
    private static final String SUBDIRECTORIES = "subdir*";

    /** Of directories below {@code finalized} ({@code DatanodeUtil.idToBlockDir}). */
    private static final int LEVELS = 2;

    /** A block has few replicas on one DataNode, and none comes while they go. */
    private static final int ATTEMPTS = 8;

    private final String pool;
    private final Supplier<Collection<PoolVolume>> volumes;

    PoolDirectories(String pool, Supplier<Collection<PoolVolume>> volumes) {
        this.pool = requireNonNull(pool, "pool is null");
        this.volumes = requireNonNull(volumes, "volumes is null");
    }

    /** Sees what lies in the directories. */
    interface Visitor {
        void replica(DiskReplica replica) throws IOException;

        /** A meta file whose data file is nowhere on the storage volume, or has a newer one: a delete was cut short. */
        void orphan(Path meta) throws IOException;

        /** Called when all of a directory was visited. */
        default void visited() throws IOException {}
    }

    String pool() {
        return pool;
    }

    /** Those in service now. */
    Collection<PoolVolume> volumes() {
        return volumes.get();
    }

    ReplicaPlaces places(PoolVolume volume) {
        return new ReplicaPlaces(volume, pool);
    }

    /**
     * The replica that Hadoop would choose of several: that of the newest stamp, then the longest. Looks again when one goes
     * meanwhile, on a storage volume that another thread works on.
     */
    Optional<DiskReplica> find(long blockId) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return best(blockId);
            } catch (NoSuchFileException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private Optional<DiskReplica> best(long blockId) throws IOException {
        DiskReplica best = null;
        for (PoolVolume volume : volumes.get()) {
            for (DiskReplica replica : find(volume, blockId)) {
                if (best == null || isBetter(replica, best)) {
                    best = replica;
                }
            }
        }
        return Optional.ofNullable(best);
    }

    private static boolean isBetter(DiskReplica one, DiskReplica other) throws IOException {
        int byStamp = Long.compare(one.key().stamp(), other.key().stamp());
        return byStamp > 0 || (byStamp == 0 && one.length() > other.length());
    }

    private List<DiskReplica> find(PoolVolume volume, long blockId) throws IOException {
        ReplicaPlaces places = places(volume);
        if (!hasData(places, blockId, VersionState.FINALIZED) && !hasData(places, blockId, VersionState.OPEN)) {
            return List.of(); // and nothing was listed
        }
        BlockFiles finalized = BlockFiles.of(places.directory(blockId, VersionState.FINALIZED), blockId);
        BlockFiles open = BlockFiles.of(places.directory(blockId, VersionState.OPEN), blockId);
        List<DiskReplica> found = new ArrayList<>();
        pair(volume, blockId, VersionState.FINALIZED, finalized, open).ifPresent(found::add);
        pair(volume, blockId, VersionState.OPEN, open, finalized).ifPresent(found::add);
        return found;
    }

    private static boolean hasData(ReplicaPlaces places, long blockId, VersionState state) {
        return Files.exists(places.directory(blockId, state).resolve(ReplicaPlaces.dataName(blockId)));
    }

    /** A data file with its meta file: beside it, or left behind in the other directory by a move that was cut short. */
    private Optional<DiskReplica> pair(
            PoolVolume volume, long blockId, VersionState state, BlockFiles here, BlockFiles other) {
        Optional<Path> meta = here.meta().or(() -> other.data().isPresent() ? Optional.empty() : other.meta());
        if (here.data().isEmpty() || meta.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(replica(volume, blockId, state, here.data().get(), meta.get()));
    }

    private DiskReplica replica(PoolVolume volume, long blockId, VersionState state, Path data, Path meta) {
        BlockKey key = new BlockKey(pool, blockId, BlockFiles.stampOf(meta));
        return new DiskReplica(volume, key, state, new ReplicaFiles(data, meta));
    }

    /** Visits all of one storage volume, one directory at a time: what a visit makes or moves may be visited too. */
    void forEach(PoolVolume volume, Visitor visitor) throws IOException {
        Path open = places(volume).beingWritten();
        if (Files.isDirectory(open)) {
            visit(volume, VersionState.OPEN, open, visitor);
        }
        walk(volume, places(volume).finalized(), visitor);
    }

    private void walk(PoolVolume volume, Path directory, Visitor visitor) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        visit(volume, VersionState.FINALIZED, directory, visitor);
        try (DirectoryStream<Path> below = Files.newDirectoryStream(directory, SUBDIRECTORIES)) {
            for (Path subdirectory : below) {
                walk(volume, subdirectory, visitor);
            }
        }
    }

    private void visit(PoolVolume volume, VersionState state, Path directory, Visitor visitor) throws IOException {
        for (Map.Entry<Long, BlockFiles> block : BlockFiles.list(directory).entrySet()) {
            long blockId = block.getKey();
            BlockFiles files = block.getValue();
            if (files.data().isPresent() && files.meta().isPresent()) {
                Path meta = files.meta().get();
                for (Path other : files.metas()) {
                    if (!other.equals(meta)) {
                        visitor.orphan(other);
                    }
                }
                visitor.replica(replica(volume, blockId, state, files.data().get(), meta));
            } else {
                visitHalf(volume, blockId, files, visitor);
            }
        }
        visitor.visited();
    }

    /** How many directories there are to visit. */
    long count(PoolVolume volume) throws IOException {
        return (Files.isDirectory(places(volume).beingWritten()) ? 1 : 0)
                + count(places(volume).finalized(), LEVELS);
    }

    private static long count(Path directory, int levels) throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        long count = 1;
        if (levels > 0) {
            try (DirectoryStream<Path> below = Files.newDirectoryStream(directory, SUBDIRECTORIES)) {
                for (Path subdirectory : below) {
                    count += levels == 1 ? 1 : count(subdirectory, levels - 1);
                }
            }
        }
        return count;
    }

    /** One of the two files is here: the other lies in the other directory, or nowhere. */
    private void visitHalf(PoolVolume volume, long blockId, BlockFiles half, Visitor visitor) throws IOException {
        List<DiskReplica> found = find(volume, blockId);
        for (DiskReplica replica : found) {
            if (half.data().filter(replica.files().data()::equals).isPresent()) {
                visitor.replica(replica);
            }
        }
        for (Path meta : half.metas()) {
            if (found.stream().noneMatch(replica -> replica.files().meta().equals(meta))) {
                visitor.orphan(meta);
            }
        }
    }
}
