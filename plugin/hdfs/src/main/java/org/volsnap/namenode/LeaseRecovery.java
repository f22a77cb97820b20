/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the files that were open at T: their writers belong to a future that was taken back, and they go on renewing
 * their leases. Recovery of a lease takes its time, so each file is asked about until it is closed. Safe for many threads.
 */
final class LeaseRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseRecovery.class);

    /** Recovery of a block is not begun anew while one runs; this is far above the time between two looks. */
    private static final int MAX_ROUNDS = 600;

    private final VolsnapNameNodeBridge nameNode;
    private final Set<String> open = new LinkedHashSet<>();
    private int rounds;

    LeaseRecovery(VolsnapNameNodeBridge nameNode) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
    }

    /** Notes the files that are open now. Called in safe mode, where nobody opens one. */
    synchronized void note() throws IOException {
        open.clear();
        open.addAll(nameNode.openFiles());
        rounds = 0;
    }

    /** Asks for every file that is not closed yet; true when the last of them is closed now. */
    synchronized boolean housekeep() {
        if (open.isEmpty()) {
            return false;
        }
        open.removeIf(this::isClosed);
        if (open.isEmpty()) {
            LOG.info("every file that was open at the snapshot is closed");
            return true;
        }
        if (++rounds > MAX_ROUNDS) {
            LOG.warn("giving up on the leases of {}", open);
            open.clear();
        }
        return false;
    }

    private boolean isClosed(String path) {
        try {
            return nameNode.recoverLease(path);
        } catch (FileNotFoundException e) {
            return true;
        } catch (IOException e) {
            LOG.debug("the lease of {} can't be recovered yet", path, e);
            return false;
        }
    }
}
