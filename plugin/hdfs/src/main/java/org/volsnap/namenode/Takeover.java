/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.apache.hadoop.ipc.StandbyException;

/**
 * What this NameNode does when it has become the active one, before it answers anybody: it reads the registry that its
 * predecessor left, forgets what DataNodes told in an earlier term of its own, and holds safe mode where a rollback needs
 * it. A NameNode without a partner does it once, when it starts. Safe for many threads.
 */
final class Takeover {
    private static final long NOT_SERVING = -1;

    private final VolsnapNameNodeBridge nameNode;
    private final RegistryKeeper registry;
    private final DatanodeTracker tracker;
    private final Leftovers leftovers;
    private final RollbackFollowUp followUp;

    /** When the term began in which this NameNode serves. */
    private volatile long term = NOT_SERVING;

    Takeover(
            VolsnapNameNodeBridge nameNode,
            RegistryKeeper registry,
            DatanodeTracker tracker,
            Leftovers leftovers,
            RollbackFollowUp followUp) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.tracker = requireNonNull(tracker, "tracker is null");
        this.leftovers = requireNonNull(leftovers, "leftovers is null");
        this.followUp = requireNonNull(followUp, "followUp is null");
    }

    /** Throws unless this NameNode is active and has taken over. Cheap: asked for every poll. */
    void checkServing() throws StandbyException {
        nameNode.checkActive();
        if (term != nameNode.stateSince()) {
            throw new StandbyException("volsnap has not taken over yet");
        }
    }

    /** Takes over now, if that is left to do; throws unless this NameNode is active. */
    void require() throws IOException {
        if (!serve()) {
            nameNode.checkActive();
            throw new StandbyException("this NameNode is not active any more");
        }
    }

    /** Takes over, if this NameNode is active and has not done so; false when it is not active. */
    synchronized boolean serve() throws IOException {
        if (!nameNode.isActive()) {
            term = NOT_SERVING;
            return false;
        }
        if (term != nameNode.stateSince()) {
            takeOver();
        }
        return term != NOT_SERVING;
    }

    private void takeOver() throws IOException {
        long began = nameNode.exclusively("volsnapTakeOver", this::readRegistry);
        if (began != NOT_SERVING) {
            tracker.forget();
            leftovers.noteStart();
            followUp.holdSafeMode();
        }
        term = began;
    }

    /** Under the lock that a transition holds: one that is under way is waited for. */
    private long readRegistry() throws IOException {
        if (!nameNode.isActive()) {
            return NOT_SERVING;
        }
        registry.reload();
        return nameNode.stateSince();
    }
}
