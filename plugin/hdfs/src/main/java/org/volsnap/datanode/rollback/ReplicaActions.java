/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static com.google.common.base.Verify.verifyNotNull;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.ChecksumException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.engine.ChangeRequest;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.OriginChange;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.MediaErrors;
import org.volsnap.store.VersionLostException;
import org.volsnap.store.WholeReplica;

/**
 * What a rollback does to single replicas. Each can be repeated after a crash at any point. Safe for many threads, each with
 * other blocks.
 */
final class ReplicaActions {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaActions.class);

    private final PoolControl control;
    private final OfflineOrigin origin;
    private final DurableFiles disk;
    private final Tally tally;

    ReplicaActions(PoolControl control, OfflineOrigin origin, DurableFiles disk, Tally tally) {
        this.control = control;
        this.origin = origin;
        this.disk = disk;
        this.tally = tally;
    }

    /** Takes replicas out of service; what newer snapshots need of them is in the store before that. Durable. */
    void remove(Collection<DiskReplica> replicas) throws IOException {
        List<LiveReplica> live = new ArrayList<>();
        for (DiskReplica replica : replicas) {
            live.add(replica.open());
        }
        try (OriginChange change = control.engine().beginDelete(live)) {
            Set<Path> directories = new LinkedHashSet<>();
            for (DiskReplica replica : replicas) {
                delete(replica.files().data(), directories);
                delete(replica.files().meta(), directories);
                tally.removed.increment();
            }
            for (Path directory : directories) {
                disk.forceDirectory(directory);
            }
        }
    }

    /** Removes a file that is no replica. */
    void removeStray(Path file) throws IOException {
        disk.delete(file);
        disk.forceDirectory(verifyNotNull(file.getParent()));
    }

    private void delete(Path file, Set<Path> directories) throws IOException {
        disk.delete(file);
        directories.add(verifyNotNull(file.getParent()));
    }

    /**
     * Makes a live replica equal to a version.
     *
     * @return false when that is not to be had any more: the replica has to go then, because other bytes than those of T
     *     are worse than none
     */
    boolean merge(VersionHeader version, DiskReplica live) throws IOException {
        ReplicaPlaces places = origin.directories().places(live.volume());
        try (ReplicaRestorer writer =
                new ReplicaRestorer(disk, places, origin.reader(), control.geometry(), live.files(), version.state())) {
            control.engine().merge(version, live.open(), writer);
            tally.merged.increment();
            return true;
        } catch (VersionLostException | ChecksumException | EOFException e) {
            return cannotMerge(version, live, e);
        } catch (IOException e) {
            if (MediaErrors.isMediaError(e)) {
                return cannotMerge(version, live, e);
            }
            throw e;
        }
    }

    private static boolean cannotMerge(VersionHeader version, DiskReplica live, IOException e) {
        LOG.warn("{} can't be restored from {}", version, live.files().data(), e);
        return false;
    }

    /**
     * Moves a finalized replica to those that wait for recovery. Newer snapshots know it as finalized: that is preserved
     * for them first. The meta file goes before the data file, whose place says that all is done.
     */
    void reopen(DiskReplica live) throws IOException {
        ReplicaFiles to = origin.directories().places(live.volume()).files(live.key(), VersionState.OPEN);
        LiveReplica replica = live.open();
        var sameBytes = new ChangeRequest(replica, live.key().stamp(), replica.length(), ChunkRange.EMPTY);
        try (OriginChange change = control.engine().begin(sameBytes)) {
            disk.makeDirectories(verifyNotNull(to.data().getParent()));
            disk.moveDurably(live.files().meta(), to.meta());
            disk.moveDurably(live.files().data(), to.data());
            tally.merged.increment();
        }
    }

    /**
     * Moves a stored replica back into service, under the stamp it has.
     *
     * @param state in which directory
     */
    void putBack(WholeReplica stored, PoolVolume volume, VersionState state) throws IOException {
        ReplicaFiles to = makePlace(stored, volume, state);
        disk.step("move out of the store");
        control.engine().moveOut(stored, to);
        tally.putBack.increment();
    }

    /** Where a stored replica is to be in service; the directory is there and has no file in the way. */
    ReplicaFiles makePlace(WholeReplica stored, PoolVolume volume, VersionState state) throws IOException {
        ReplicaFiles to = origin.directories().places(volume).files(stored.key(), state);
        Path directory = verifyNotNull(to.data().getParent());
        disk.makeDirectories(directory);
        if (Files.exists(to.data()) || Files.exists(to.meta())) {
            clear(directory, stored.key().blockId());
        }
        return to;
    }

    /** What is left of this block in the directory is half a replica: a move or a delete that was cut short. */
    private void clear(Path directory, long blockId) throws IOException {
        BlockFiles rest = BlockFiles.of(directory, blockId);
        if (rest.data().isPresent()) {
            removeStray(rest.data().get());
        }
        for (Path meta : rest.metas()) {
            removeStray(meta);
        }
    }
}
