/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import com.google.common.util.concurrent.Striped;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.VersionLostException;
import org.volsnap.store.WholeReplica;

/**
 * One epoch. First every live replica is judged: it stays, is merged with the version that rests on it, or goes. Then
 * what was deleted since comes back out of the stores ({@link StoredReplicas}). All of it can be repeated after a crash
 * at any point: a replica that is right is left alone, and one that goes is in the store before. For one thread on each
 * storage volume; of replicas of one block on two of them, one is judged at a time.
 */
final class EpochRun {
    /** Bounds how many replicas are taken out under one force of their directories. */
    private static final int REMOVE_AT_ONCE = 128;

    private static final int STRIPES = 256;

    private final PoolControl control;
    private final PoolDirectories directories;
    private final RollbackTargets targets;
    private final ReplicaActions actions;
    private final Tally tally;
    private final Striped<Lock> blocks = Striped.lock(STRIPES);

    /** Blocks that have what their version needs. */
    private final Set<Long> settled = ConcurrentHashMap.newKeySet();

    EpochRun(
            PoolControl control,
            PoolDirectories directories,
            RollbackTargets targets,
            ReplicaActions actions,
            Tally tally) {
        this.control = control;
        this.directories = directories;
        this.targets = targets;
        this.actions = actions;
        this.tally = tally;
    }

    // ---- live replicas

    void judgeLive(PoolVolume volume, VolumeProgress progress) throws IOException {
        List<DiskReplica> leaving = new ArrayList<>();
        directories.forEach(volume, new PoolDirectories.Visitor() {
            @Override
            public void replica(DiskReplica replica) throws IOException {
                if (!judge(replica)) {
                    leaving.add(replica);
                    removeLeaving(leaving, REMOVE_AT_ONCE);
                }
            }

            @Override
            public void orphan(Path meta) throws IOException {
                actions.removeStray(meta);
            }

            @Override
            public void visited() {
                progress.step();
            }
        });
        removeLeaving(leaving, 1);
    }

    private void removeLeaving(List<DiskReplica> leaving, int atLeast) throws IOException {
        if (leaving.size() >= atLeast) {
            actions.remove(leaving);
            leaving.clear();
        }
    }

    /** False for one that is to go. */
    private boolean judge(DiskReplica live) throws IOException {
        return switch (targets.judge(live)) {
            case KEEP -> keep(live);
            case REOPEN -> alone(live, this::reopen);
            case RESTORE -> alone(live, this::restore);
            case REMOVE -> false;
        };
    }

    private boolean keep(DiskReplica live) {
        tally.untouched.increment();
        settle(live.key().blockId());
        return true;
    }

    private interface Change {
        boolean make(DiskReplica live) throws IOException;
    }

    /** Two storage volumes can have the same block: Hadoop would delete this one if the other is better. */
    private boolean alone(DiskReplica live, Change change) throws IOException {
        long blockId = live.key().blockId();
        Lock lock = blocks.get(blockId);
        lock.lock();
        try {
            boolean made = isTheOne(live) && change.make(live);
            if (made) {
                settle(blockId);
            }
            return made;
        } finally {
            lock.unlock();
        }
    }

    private boolean reopen(DiskReplica live) throws IOException {
        actions.reopen(live);
        return true;
    }

    /** A replica that the version does not rest on goes; then the stored one that it rests on comes back. */
    private boolean restore(DiskReplica live) throws IOException {
        VersionHeader version = targets.version(live.key().blockId()).orElseThrow();
        return storedBase(control.engine(), version).isEmpty() && actions.merge(version, live);
    }

    private boolean isTheOne(DiskReplica live) throws IOException {
        return directories
                .find(live.key().blockId())
                .filter(best -> best.files().data().equals(live.files().data()))
                .isPresent();
    }

    static Optional<WholeReplica> storedBase(SnapshotEngine engine, VersionHeader version) throws IOException {
        try {
            return engine.storedBase(version);
        } catch (VersionLostException e) {
            return Optional.empty();
        }
    }

    /** Only what {@link #countLost} asks for is remembered. */
    void settle(long blockId) {
        if (targets.version(blockId).isPresent()) {
            settled.add(blockId);
        }
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
