/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.Admission;
import org.volsnap.datanode.PoolControl;

/**
 * Opens and closes the pool as the mode asks, one request after the other in a thread of its own, because narrowing
 * waits for the calls that were let in. Closing goes on until writers are stopped, no deletion is queued, and nothing
 * is pending in the engine: only then may the NameNode be stopped for a rollback. Safe for many threads.
 */
final class PoolGate {
    private static final Logger LOG = LoggerFactory.getLogger(PoolGate.class);
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final PoolControl control;
    private final ExecutorService executor;
    private final Duration writerTimeout;
    private final Runnable whenQuiet;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile Admission wanted = Admission.OPEN;
    private volatile boolean quiet;
    private volatile @Nullable String problem;

    /**
     * Changes nothing yet.
     *
     * @param executor one thread, this object's own
     * @param writerTimeout how long to wait for one writer to stop
     * @param whenQuiet called when the closed pool has become quiet
     */
    PoolGate(PoolControl control, ExecutorService executor, Duration writerTimeout, Runnable whenQuiet) {
        this.control = control;
        this.executor = executor;
        this.writerTimeout = writerTimeout;
        this.whenQuiet = whenQuiet;
    }

    /**
     * Asks for an admission; returns at once.
     *
     * @param reportAfter ask Hadoop for a full block report once it is set: it names what was held back
     */
    void set(Admission admission, boolean reportAfter) {
        lock.lock();
        try {
            wanted = admission;
            quiet = false;
            problem = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        executor.execute(() -> apply(admission, reportAfter));
    }

    /** Closed, and nothing moves in the pool any more. */
    boolean isQuiet() {
        return quiet;
    }

    /** What keeps it from becoming quiet. */
    Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    private void apply(Admission admission, boolean reportAfter) {
        try {
            control.setAdmission(admission);
            if (admission == Admission.CLOSED) {
                becomeQuiet();
            } else if (reportAfter && wanted == admission) {
                control.triggerFullReport();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            problem = admission + " could not be set: " + e.getMessage();
            LOG.error("{}: {}", control.blockPoolId(), problem, e);
        }
    }

    private void becomeQuiet() throws InterruptedException, IOException {
        while (wanted == Admission.CLOSED) {
            if (writersStopped()
                    && control.queuedDeletions() == 0
                    && control.engine().awaitQuiet(LOOK_AGAIN_MILLIS)) {
                declareQuiet();
                return;
            }
            pause();
        }
    }

    private boolean writersStopped() {
        try {
            control.stopWriters(writerTimeout.toMillis());
            problem = null;
            return true;
        } catch (IOException e) {
            problem = "a writer does not stop: " + e.getMessage();
            LOG.warn("{}: {}", control.blockPoolId(), problem, e);
            return false;
        }
    }

    private void declareQuiet() {
        lock.lock();
        try {
            quiet = wanted == Admission.CLOSED;
        } finally {
            lock.unlock();
        }
        LOG.info("{}: closed; writers are stopped, no deletion is queued, nothing is pending", control.blockPoolId());
        whenQuiet.run();
    }

    private void pause() throws InterruptedException {
        lock.lock();
        try {
            if (wanted == Admission.CLOSED) {
                var unused = changed.await(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            }
        } finally {
            lock.unlock();
        }
    }
}
