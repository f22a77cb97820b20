/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records losses before a change goes on without its copy, so that a restart can't forget them: in the version's own
 * store, else in another storage volume's, else in memory only, with an error in the log. Called without locks: it does
 * durable writes.
 */
final class LossRecorder {
    private static final Logger LOG = LoggerFactory.getLogger(LossRecorder.class);

    private final Volumes volumes;

    LossRecorder(Volumes volumes) {
        this.volumes = volumes;
    }

    /** Records that a version is lost, durably where that is possible at all, then in its block's table. */
    void record(BlockExceptions block, Version version, String reason) {
        LOG.warn("{} is lost for its snapshots: {}", version.header(), reason);
        if (!tryRecord(block, version.store(), version, reason)
                && volumes.all().stream()
                        .noneMatch(other -> other != version.store() && tryRecord(block, other, version, reason))) {
            LOG.error("The loss of {} could not be recorded in any store: a restart may forget it", version.header());
        }
        block.lose(version.number(), reason);
    }

    private static boolean tryRecord(BlockExceptions block, AttachedStore store, Version version, String reason) {
        if (!store.isPresent()) {
            return false;
        }
        try {
            store.exceptions().commitLoss(version.header(), reason);
            block.alsoIn(version.header().lineage(), store);
            return true;
        } catch (IOException e) {
            LOG.warn("{} can't record the loss of {}", store, version.header(), e);
            return false;
        }
    }
}
