/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.InterruptedIOException;
import java.util.Optional;

/**
 * Lets calls of Hadoop through to one block pool, as its {@link Admission} says, and knows which are still in there.
 * Safe for many threads; no call waits here, only {@link #set} does.
 */
final class AdmissionGate {
    private final String blockPoolId;

    @GuardedBy("this")
    private Admission admission = Admission.HOLD_DELETES;

    @GuardedBy("this")
    private int changes;

    @GuardedBy("this")
    private int deletes;

    @GuardedBy("this")
    private boolean deletesHeld;

    AdmissionGate(String blockPoolId) {
        this.blockPoolId = requireNonNull(blockPoolId, "blockPoolId is null");
    }

    /** A call that was let in; closed when it has ended. */
    interface Pass extends AutoCloseable {
        @Override
        void close();
    }

    synchronized Admission admission() {
        return admission;
    }

    /**
     * Lets a change in.
     *
     * @param call named in the refusal
     */
    synchronized Pass enterChange(String call) throws AdmissionException {
        refuseIfClosed(call);
        changes++;
        return this::leaveChange;
    }

    /** Lets a delete in; empty when it is to be left for a later block report, which is remembered. */
    synchronized Optional<Pass> enterDelete(String call) throws AdmissionException {
        refuseIfClosed(call);
        if (admission == Admission.HOLD_DELETES) {
            deletesHeld = true;
            return Optional.empty();
        }
        deletes++;
        return Optional.of(this::leaveDelete);
    }

    /**
     * Changes what passes, and waits until calls that would no longer pass have ended.
     *
     * @return whether deletes were held before and may pass now: the NameNode has to be told what is still here
     */
    synchronized boolean set(Admission next) throws InterruptedIOException {
        admission = next;
        notifyAll(); // another caller's wait may be over by that
        awaitEnded(next);
        boolean release = next == Admission.OPEN && deletesHeld;
        deletesHeld &= !release;
        return release;
    }

    @GuardedBy("this")
    private void awaitEnded(Admission next) throws InterruptedIOException {
        try {
            while (admission == next && callsNoLongerLetIn() > 0) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while calls of " + blockPoolId + " end");
        }
    }

    @GuardedBy("this")
    private int callsNoLongerLetIn() {
        return switch (admission) {
            case OPEN -> 0;
            case HOLD_DELETES -> deletes;
            case CLOSED -> deletes + changes;
        };
    }

    @GuardedBy("this")
    private void refuseIfClosed(String call) throws AdmissionException {
        if (admission == Admission.CLOSED) {
            throw new AdmissionException("a rollback of block pool " + blockPoolId + " is pending: " + call
                    + " is refused until it is cancelled or applied here");
        }
    }

    private synchronized void leaveChange() {
        changes--;
        notifyAll();
    }

    private synchronized void leaveDelete() {
        deletes--;
        notifyAll();
    }
}
