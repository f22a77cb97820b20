/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.log.LogThrottlingHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trouble of one block pool's snapshots that the live data must not feel: counted, logged (not more than once in ten
 * seconds), and told to the operator. Safe for many threads.
 */
final class PoolTrouble {
    private static final Logger LOG = LoggerFactory.getLogger(PoolTrouble.class);
    private static final long LOG_PERIOD_MILLIS = 10_000;

    private final String blockPoolId;

    @GuardedBy("this")
    private final LogThrottlingHelper throttle = new LogThrottlingHelper(LOG_PERIOD_MILLIS);

    @GuardedBy("this")
    private final Map<Path, String> badVolumes = new TreeMap<>();

    @GuardedBy("this")
    private long unpreserved;

    PoolTrouble(String blockPoolId) {
        this.blockPoolId = requireNonNull(blockPoolId, "blockPoolId is null");
    }

    /** A change went through that could not be preserved, and the engine could not record that. */
    synchronized void notPreserved(String change, long blockId, Exception reason) {
        unpreserved++;
        var log = throttle.record();
        if (log.shouldLog()) {
            LOG.error(
                    "{}: {} of blk_{} goes through without preservation, a snapshot may have lost it"
                            + " ({} such changes since the start, {} since the last line)",
                    blockPoolId,
                    change,
                    blockId,
                    unpreserved,
                    log.getCount(),
                    reason);
        }
    }

    /** What this storage volume holds for snapshots is out of reach, and nothing can be preserved on it. */
    synchronized void volumeLost(Path root, Exception reason) {
        badVolumes.put(root, reason.toString());
        LOG.error("{}: no snapshot store on {}: what it holds for snapshots is lost", blockPoolId, root, reason);
    }

    /** This storage volume was taken out, or has failed, while there were snapshots. */
    synchronized void volumeAway(Path root) {
        badVolumes.put(root, "taken out or failed");
        LOG.warn("{}: what {} holds for snapshots is lost until it is back", blockPoolId, root);
    }

    /** There is nothing to be said about this storage volume any more. */
    synchronized void volumeGone(Path root) {
        badVolumes.remove(root);
    }

    /** One line for the operator; empty when all is well. */
    synchronized Optional<String> problem() {
        List<String> problems = new ArrayList<>();
        badVolumes.forEach((root, reason) -> problems.add("no snapshot store on " + root + ": " + reason));
        if (unpreserved > 0) {
            problems.add(unpreserved + " changes went through without preservation");
        }
        return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems));
    }
}
