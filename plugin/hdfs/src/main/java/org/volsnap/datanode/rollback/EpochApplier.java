/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.datanode.rollback.DurableFiles.StepListener;

/**
 * Puts storage volumes back to a snapshot, while Hadoop does not use them. For one thread, but for {@link #progress}.
 */
public final class EpochApplier {
    private static final Logger LOG = LoggerFactory.getLogger(EpochApplier.class);

    private final PoolControl control;
    private final OfflineOrigin origin;
    private final HadoopCaches caches;
    private final DurableFiles disk;
    private volatile String progress = "";

    /**
     * Touches nothing yet.
     *
     * @param origin what the engine reads live replicas through, until the last epoch is applied
     * @param caches what Hadoop must not believe any more
     */
    public EpochApplier(PoolControl control, OfflineOrigin origin, HadoopCaches caches) {
        this(control, origin, caches, step -> {});
    }

    EpochApplier(PoolControl control, OfflineOrigin origin, HadoopCaches caches, StepListener listener) {
        this.control = requireNonNull(control, "control is null");
        this.origin = requireNonNull(origin, "origin is null");
        this.caches = requireNonNull(caches, "caches is null");
        this.disk = new DurableFiles(listener);
    }

    /** One line for the operator: how far it is. Safe for many threads. */
    public String progress() {
        return progress;
    }

    /**
     * Applies one epoch. The target has to be in the engine's chain. Durable when it returns.
     *
     * @param open what the namespace of the target says
     * @param behind the storage volumes that have applied the epochs before it, and not this one
     */
    public RollbackCounts apply(RollbackEpoch epoch, OpenBlocks open, Collection<PoolVolume> behind)
            throws IOException {
        EpochRun run = new EpochRun(control, origin, disk, epoch, open);
        caches.dropPersistentMemory();
        for (PoolVolume volume : behind) {
            caches.drop(volume, disk);
            say(epoch, "live replicas of " + volume.root(), run);
            run.judgeLive(volume);
        }
        say(epoch, "stored replicas", run);
        run.putBack(behind);
        run.countLost();
        say(epoch, "done", run);
        return run.counts();
    }

    private void say(RollbackEpoch epoch, String what, EpochRun run) {
        progress = "rollback epoch " + epoch.number() + " to snapshot " + epoch.target() + ", " + what + ": "
                + run.counts();
        LOG.info("{}: {}", control.blockPoolId(), progress);
    }
}
