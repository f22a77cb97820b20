/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge.Locked;
import org.jspecify.annotations.Nullable;
import org.volsnap.protocol.RefusedException;

/**
 * Of the operations that wait for DataNodes, one runs at a time. An operator's is refused while another operator's runs,
 * and waits a while for the NameNode's own: nobody knows when that begins. The NameNode's own comes later when it is not
 * alone. Safe for many threads.
 */
final class Operations {
    private final Duration patience;

    @GuardedBy("this")
    private @Nullable String running;

    @GuardedBy("this")
    private boolean own;

    /** @param patience how long an operator waits for what the NameNode does by itself */
    Operations(Duration patience) {
        this.patience = requireNonNull(patience, "patience is null");
    }

    /** An operator's. */
    <T> T run(String name, Locked<T> operation) throws IOException {
        begin(name);
        try {
            return operation.call();
        } finally {
            end();
        }
    }

    /** What the NameNode does by itself; false when something else runs, and nothing was done then. */
    boolean runOwn(String name, Locked<?> operation) throws IOException {
        if (!beginOwn(name)) {
            return false;
        }
        try {
            operation.call();
            return true;
        } finally {
            end();
        }
    }

    private synchronized void begin(String name) throws RefusedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (running != null && own && deadline - System.nanoTime() > 0) {
            awaitEnd(deadline - System.nanoTime());
        }
        if (running != null) {
            throw new RefusedException("'" + running + "' is running; try again when it has ended");
        }
        running = name;
    }

    private synchronized void awaitEnd(long nanos) throws RefusedException {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(nanos, 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("interrupted", e);
        }
    }

    private synchronized boolean beginOwn(String name) {
        if (running != null) {
            return false;
        }
        running = name;
        own = true;
        return true;
    }

    private synchronized void end() {
        running = null;
        own = false;
        notifyAll();
    }
}
