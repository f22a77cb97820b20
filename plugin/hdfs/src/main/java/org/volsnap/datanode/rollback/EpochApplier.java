/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static com.google.common.collect.ImmutableMap.toImmutableMap;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Stopwatch;
import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import com.google.common.collect.ListMultimap;
import com.google.common.collect.Maps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.datanode.rollback.DurableFiles.StepListener;
import org.volsnap.model.VersionHeader;

/**
 * Puts storage volumes back to a snapshot, while Hadoop does not use them: all of them at the same time, phase by phase.
 * For one thread, but for {@link #percent}.
 */
public final class EpochApplier {
    private static final Logger LOG = LoggerFactory.getLogger(EpochApplier.class);

    private static final int MOST_THREADS = 16;

    private final PoolControl control;
    private final OfflineOrigin origin;
    private final HadoopCaches caches;
    private final DurableFiles disk;
    private final VolumeThreads threads;
    private volatile ImmutableMap<Path, VolumeProgress> progress = ImmutableMap.of();

    /**
     * Touches nothing yet.
     *
     * @param origin what the engine reads live replicas through, until the last epoch is applied
     * @param caches what Hadoop must not believe any more
     */
    public EpochApplier(PoolControl control, OfflineOrigin origin, HadoopCaches caches) {
        this(control, origin, caches, new VolumeThreads(MOST_THREADS), step -> {});
    }

    EpochApplier(
            PoolControl control,
            OfflineOrigin origin,
            HadoopCaches caches,
            VolumeThreads threads,
            StepListener listener) {
        this.control = requireNonNull(control, "control is null");
        this.origin = requireNonNull(origin, "origin is null");
        this.caches = requireNonNull(caches, "caches is null");
        this.threads = requireNonNull(threads, "threads is null");
        this.disk = new DurableFiles(listener);
    }

    /**
     * How far this attempt at the current epoch is, 0 to 100, by the roots of the storage volumes that it is about. Safe
     * for many threads.
     */
    public Map<Path, Integer> percent() {
        return ImmutableMap.copyOf(Maps.transformValues(progress, VolumeProgress::percent));
    }

    /**
     * Applies one epoch. The target has to be in the engine's chain. Durable when it returns.
     *
     * @param open what the namespace of the target says
     * @param behind the storage volumes that have applied the epochs before it, and not this one
     */
    public RollbackCounts apply(RollbackEpoch epoch, OpenBlocks open, Collection<PoolVolume> behind)
            throws IOException {
        ImmutableMap<Path, VolumeProgress> steps =
                behind.stream().collect(toImmutableMap(PoolVolume::root, volume -> new VolumeProgress()));
        progress = steps;
        PoolDirectories directories = origin.directories();
        RollbackTargets targets = new RollbackTargets(
                epoch, open, epoch.leftOut() ? List.of() : control.engine().versions(epoch.target()));
        Tally tally = new Tally();
        ReplicaActions actions = new ReplicaActions(control, origin, disk, tally);
        EpochRun run = new EpochRun(control, directories, targets, actions, tally);
        StoredReplicas stored =
                new StoredReplicas(control.engine(), epoch.target(), directories, targets, actions, disk, tally);
        ListMultimap<PoolVolume, VersionHeader> versions = deal(targets.versions(), behind);

        Stopwatch time = Stopwatch.createStarted();
        LOG.info("{}: rollback epoch {} to snapshot {} begins", control.blockPoolId(), epoch.number(), epoch.target());
        caches.dropPersistentMemory();
        List<PoolVolume> volumes = List.copyOf(behind);
        threads.forEach(volumes, volume -> {
            caches.drop(volume, disk);
            VolumeProgress here = at(steps, volume);
            here.expect(directories.count(volume)
                    + (epoch.leftOut() ? 0 : versions.get(volume).size() + stored.count(volume)));
            run.judgeLive(volume, here);
        });
        say(epoch, "has judged what is live", time, tally);
        if (!epoch.leftOut()) {
            threads.forEach(volumes, volume -> {
                for (VersionHeader version : versions.get(volume)) {
                    if (stored.putBackBase(version, volumes)) {
                        run.settle(version.key().blockId());
                    }
                    at(steps, volume).step();
                }
            });
            threads.forEach(volumes, volume -> stored.putBackWhole(volume, at(steps, volume)));
            stored.putBackLeftOver(volumes);
        }
        run.countLost();
        say(epoch, "is done", time, tally);
        return tally.counts();
    }

    private static VolumeProgress at(Map<Path, VolumeProgress> steps, PoolVolume volume) {
        return requireNonNull(steps.get(volume.root()), "every storage volume is counted");
    }

    /** To all storage volumes in turn: a version does not say where its base lies. */
    private static ListMultimap<PoolVolume, VersionHeader> deal(
            Collection<VersionHeader> versions, Collection<PoolVolume> volumes) {
        ListMultimap<PoolVolume, VersionHeader> dealt = ArrayListMultimap.create();
        Iterator<PoolVolume> next = Iterables.cycle(volumes).iterator();
        versions.forEach(version -> dealt.put(next.next(), version));
        return dealt;
    }

    private void say(RollbackEpoch epoch, String what, Stopwatch time, Tally tally) {
        LOG.info(
                "{}: rollback epoch {} to snapshot {} {} after {} ms: {}",
                control.blockPoolId(),
                epoch.number(),
                epoch.target(),
                what,
                time.elapsed(TimeUnit.MILLISECONDS),
                tally.counts());
    }
}
