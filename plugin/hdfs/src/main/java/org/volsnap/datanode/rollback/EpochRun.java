/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.VersionLostException;
import org.volsnap.store.WholeReplica;

/**
 * One epoch. First every live replica is judged: it stays, is merged with the version that rests on it, or goes. Then
 * what was deleted since comes back out of the stores. All of it can be repeated after a crash at any point: a replica
 * that is right is left alone, and one that goes is in the store before. For one thread.
 */
final class EpochRun {
    /** Bounds how many replicas are taken out under one force of their directories. */
    private static final int REMOVE_AT_ONCE = 128;

    private final PoolControl control;
    private final PoolDirectories directories;
    private final RollbackEpoch epoch;
    private final RollbackTargets targets;
    private final Tally tally = new Tally();
    private final ReplicaActions actions;
    private final Set<Long> settled = new HashSet<>();
    private final List<DiskReplica> leaving = new ArrayList<>();

    EpochRun(PoolControl control, OfflineOrigin origin, DurableFiles disk, RollbackEpoch epoch, OpenBlocks open) {
        this.control = control;
        this.directories = origin.directories();
        this.epoch = epoch;
        this.targets = new RollbackTargets(
                epoch, open, epoch.leftOut() ? List.of() : control.engine().versions(epoch.target()));
        this.actions = new ReplicaActions(control, origin, disk, tally);
    }

    RollbackCounts counts() {
        return tally.counts();
    }

    // ---- live replicas

    void judgeLive(PoolVolume volume) throws IOException {
        directories.forEach(volume, new PoolDirectories.Visitor() {
            @Override
            public void replica(DiskReplica replica) throws IOException {
                judge(replica);
            }

            @Override
            public void orphan(Path meta) throws IOException {
                actions.removeStray(meta);
            }
        });
        removeLeaving();
    }

    private void judge(DiskReplica live) throws IOException {
        switch (targets.judge(live)) {
            case KEEP -> keep(live);
            case REOPEN -> reopen(live);
            case RESTORE -> restore(live, targets.version(live.key().blockId()).orElseThrow());
            case REMOVE -> leave(live);
        }
    }

    private void keep(DiskReplica live) {
        tally.untouched.increment();
        settled.add(live.key().blockId());
    }

    private void reopen(DiskReplica live) throws IOException {
        if (isTheOne(live)) {
            actions.reopen(live);
            settled.add(live.key().blockId());
        } else {
            leave(live);
        }
    }

    /** A replica that the version does not rest on goes; then the stored one that it rests on comes back. */
    private void restore(DiskReplica live, VersionHeader version) throws IOException {
        if (isTheOne(live) && storedBase(version).isEmpty() && actions.merge(version, live)) {
            settled.add(live.key().blockId());
        } else {
            leave(live);
        }
    }

    private Optional<WholeReplica> storedBase(VersionHeader version) throws IOException {
        try {
            return control.engine().storedBase(version);
        } catch (VersionLostException e) {
            return Optional.empty();
        }
    }

    /** Two storage volumes can have the same block: Hadoop would delete this one if the other is better. */
    private boolean isTheOne(DiskReplica live) throws IOException {
        return directories
                .find(live.key().blockId())
                .filter(best -> best.files().data().equals(live.files().data()))
                .isPresent();
    }

    private void leave(DiskReplica live) throws IOException {
        leaving.add(live);
        if (leaving.size() >= REMOVE_AT_ONCE) {
            removeLeaving();
        }
    }

    private void removeLeaving() throws IOException {
        if (!leaving.isEmpty()) {
            actions.remove(leaving);
            leaving.clear();
        }
    }

    // ---- stored replicas

    void putBack(Collection<PoolVolume> volumes) throws IOException {
        if (epoch.leftOut()) {
            return;
        }
        for (VersionHeader version : targets.versions()) {
            Optional<WholeReplica> base = targets.isPassedOver(version) ? Optional.empty() : storedBase(version);
            if (base.isPresent()) {
                Optional<PoolVolume> volume = volumeOf(base.get(), volumes);
                if (volume.isPresent()) {
                    putBackBase(version, base.get(), volume.get());
                }
            }
        }
        try (Stream<WholeReplica> stored = control.engine().wholeReplicas(epoch.target())) {
            for (Iterator<WholeReplica> each = stored.iterator(); each.hasNext(); ) {
                WholeReplica replica = each.next();
                Optional<PoolVolume> volume = volumeOf(replica, volumes);
                if (volume.isPresent()) {
                    putBackWhole(replica, volume.get());
                }
            }
        }
    }

    private static Optional<PoolVolume> volumeOf(WholeReplica replica, Collection<PoolVolume> volumes) {
        return volumes.stream()
                .filter(volume -> replica.files().data().startsWith(volume.root()))
                .findFirst();
    }

    /** The untouched chunks come back with the base, the others are merged into it. */
    private void putBackBase(VersionHeader version, WholeReplica base, PoolVolume volume) throws IOException {
        long blockId = version.key().blockId();
        if (!makeWay(blockId, version.key().stamp())) {
            settled.add(blockId);
            return;
        }
        actions.putBack(base, volume, version.state());
        DiskReplica live =
                directories.find(blockId).orElseThrow(() -> new IOException(base + " was put back and is not there"));
        if (actions.merge(version, live)) {
            settled.add(blockId);
        } else {
            actions.remove(List.of(live));
        }
    }

    private void putBackWhole(WholeReplica stored, PoolVolume volume) throws IOException {
        long blockId = stored.key().blockId();
        long stamp = stored.key().stamp();
        if (targets.version(blockId)
                        .filter(version -> version.key().stamp() >= stamp)
                        .isPresent()
                || targets.isPassedOver(stored)) {
            return;
        }
        Optional<DiskReplica> live = directories.find(blockId);
        if (live.isPresent() && isSame(live.get().files(), stored.files())) {
            control.engine().moveOut(stored, live.get().files());
            return;
        }
        if (makeWay(blockId, stamp)) {
            actions.putBack(stored, volume, targets.stateOfUnchanged(blockId, VersionState.FINALIZED));
        }
    }

    /** A move out of the store that was cut short left one file in two places. */
    private static boolean isSame(ReplicaFiles one, ReplicaFiles other) throws IOException {
        return Files.isSameFile(one.data(), other.data()) && Files.isSameFile(one.meta(), other.meta());
    }

    /** Removes what stands where a stored replica belongs; false when that is to stay. */
    private boolean makeWay(long blockId, long stamp) throws IOException {
        Optional<DiskReplica> live = directories.find(blockId);
        while (live.isPresent()) {
            if (!targets.yieldsTo(live.get(), stamp)) {
                return false;
            }
            actions.remove(List.of(live.get()));
            live = directories.find(blockId);
        }
        return true;
    }

    /** Versions of which nothing is left to merge into. */
    void countLost() throws IOException {
        for (VersionHeader version : targets.versions()) {
            if (!targets.isPassedOver(version)
                    && !settled.contains(version.key().blockId())
                    && directories.find(version.key().blockId()).isEmpty()) {
                tally.lost.increment();
            }
        }
    }
}
