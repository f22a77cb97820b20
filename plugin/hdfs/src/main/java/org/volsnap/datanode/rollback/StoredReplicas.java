/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.WholeReplica;

/**
 * What was deleted since T comes back out of the stores, by hard links, when all live replicas are judged. Bases
 * come back by any thread, whole replicas by one on each storage volume; what two of them have of one block is left to
 * {@link #putBackLeftOver}.
 */
final class StoredReplicas {
    private final SnapshotEngine engine;
    private final SnapshotId target;
    private final PoolDirectories directories;
    private final RollbackTargets targets;
    private final ReplicaActions actions;
    private final DurableFiles disk;
    private final Tally tally;
    private final ConcurrentMap<Long, PutBackBatch> claims = new ConcurrentHashMap<>();
    private final Queue<WholeReplica> leftOver = new ConcurrentLinkedQueue<>();

    StoredReplicas(
            SnapshotEngine engine,
            SnapshotId target,
            PoolDirectories directories,
            RollbackTargets targets,
            ReplicaActions actions,
            DurableFiles disk,
            Tally tally) {
        this.engine = engine;
        this.target = target;
        this.directories = directories;
        this.targets = targets;
        this.actions = actions;
        this.disk = disk;
        this.tally = tally;
    }

    /** How many there are on a storage volume. */
    long count(PoolVolume volume) throws IOException {
        try (Stream<WholeReplica> stored = engine.wholeReplicas(target, volume.store())) {
            return stored.count();
        }
    }

    // ---- bases

    /** The untouched chunks come back with the base, the others are merged into it. Returns whether it settled this. */
    boolean putBackBase(VersionHeader version, Collection<PoolVolume> behind) throws IOException {
        Optional<WholeReplica> base =
                targets.isPassedOver(version) ? Optional.empty() : EpochRun.storedBase(engine, version);
        Optional<PoolVolume> volume = base.flatMap(stored -> volumeOf(stored, behind));
        return volume.isPresent() && putBackBase(version, base.get(), volume.get());
    }

    private static Optional<PoolVolume> volumeOf(WholeReplica replica, Collection<PoolVolume> volumes) {
        return volumes.stream()
                .filter(volume -> replica.files().data().startsWith(volume.root()))
                .findFirst();
    }

    private boolean putBackBase(VersionHeader version, WholeReplica base, PoolVolume volume) throws IOException {
        long blockId = version.key().blockId();
        if (!makeWay(blockId, version.key().stamp(), batch(volume))) {
            return true;
        }
        actions.putBack(base, volume, version.state());
        DiskReplica live =
                directories.find(blockId).orElseThrow(() -> new IOException(base + " was put back and is not there"));
        boolean merged = actions.merge(version, live);
        if (!merged) {
            actions.remove(List.of(live));
        }
        return merged;
    }

    // ---- whole replicas

    void putBackWhole(PoolVolume volume, VolumeProgress progress) throws IOException {
        PutBackBatch batch = batch(volume);
        try (Stream<WholeReplica> stored = engine.wholeReplicas(target, volume.store())) {
            for (Iterator<WholeReplica> each = stored.iterator(); each.hasNext(); ) {
                putBackWhole(each.next(), batch);
                progress.step();
            }
        }
        batch.flush();
    }

    /** To be called when all storage volumes are done. */
    void putBackLeftOver(Collection<PoolVolume> behind) throws IOException {
        for (WholeReplica stored : leftOver) {
            Optional<PoolVolume> volume = volumeOf(stored, behind);
            if (volume.isPresent()) {
                PutBackBatch batch = batch(volume.get());
                putBackWhole(stored, batch);
                batch.flush();
            }
        }
        leftOver.clear();
    }

    private PutBackBatch batch(PoolVolume volume) {
        return new PutBackBatch(engine, volume, disk, tally, claims);
    }

    private void putBackWhole(WholeReplica stored, PutBackBatch batch) throws IOException {
        long blockId = stored.key().blockId();
        long stamp = stored.key().stamp();
        if (targets.isPassedOver(stored)
                || targets.version(blockId)
                        .filter(version -> version.key().stamp() >= stamp)
                        .isPresent()) {
            return;
        }
        if (!batch.claim(blockId)) {
            leftOver.add(stored);
            return;
        }
        Optional<DiskReplica> live = directories.find(blockId);
        if (live.isPresent() && isSame(live.get().files(), stored.files())) {
            batch.add(stored, live.get().files());
        } else if (live.isEmpty() || makeWay(blockId, stamp, batch)) {
            VersionState state = targets.stateOfUnchanged(blockId, VersionState.FINALIZED);
            batch.add(stored, actions.makePlace(stored, batch.volume(), state));
        } else {
            batch.release(blockId);
        }
    }

    /** A move out of the store that was cut short left one file in two places. */
    private static boolean isSame(ReplicaFiles one, ReplicaFiles other) throws IOException {
        return Files.isSameFile(one.data(), other.data()) && Files.isSameFile(one.meta(), other.meta());
    }

    /** Removes what stands where a stored replica belongs; false when that is to stay. */
    private boolean makeWay(long blockId, long stamp, PutBackBatch batch) throws IOException {
        Optional<DiskReplica> live = directories.find(blockId);
        while (live.isPresent()) {
            if (!targets.yieldsTo(live.get(), stamp)) {
                return false;
            }
            // What is removed may be linked into the store: no pair may be about to leave it then.
            batch.flush();
            actions.remove(List.of(live.get()));
            live = directories.find(blockId);
        }
        return true;
    }
}
