/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.hdfs.protocol.QuotaExceededException;
import org.apache.hadoop.hdfs.server.namenode.SafeModeException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.ipc.StandbyException;
import org.jspecify.annotations.Nullable;

/** What the tasks of one restore have in common. Safe for many threads. */
final class Run {
    /** After so many failures it is not the files that are in trouble. */
    private static final int FAILURES = 100;

    private final RestoreRequest request;
    private final RestoreEvents events;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile @Nullable Throwable reason;

    Run(RestoreRequest request, RestoreEvents events) {
        this.request = requireNonNull(request, "request is null");
        this.events = requireNonNull(events, "events is null");
    }

    boolean isDryRun() {
        return request.dryRun();
    }

    boolean mayOverwrite() {
        return request.overwrite();
    }

    RestoreEvents events() {
        return events;
    }

    void conflict(Pair pair, String text) {
        events.conflict(pair.isDirectory(), pair.live(), text);
    }

    /** Tells it, and stops everything when it would happen to every file. */
    void failed(Pair pair, IOException e) {
        IOException unwrapped = e instanceof RemoteException remote ? remote.unwrapRemoteException() : e;
        events.failed(pair.isDirectory(), pair.live(), unwrapped);
        if (isHopeless(unwrapped)) {
            stop(unwrapped);
        } else if (failures.incrementAndGet() == FAILURES) {
            stop(new IOException("gave up after " + FAILURES + " failures", unwrapped));
        }
    }

    private static boolean isHopeless(IOException e) {
        return e instanceof SafeModeException
                || e instanceof QuotaExceededException
                || e instanceof StandbyException
                || e instanceof ConnectException
                || e instanceof NoRouteToHostException;
    }

    /** Nothing new is begun; the first reason counts. */
    synchronized void stop(Throwable why) {
        if (reason == null) {
            reason = why;
        }
    }

    boolean isStopped() {
        return reason != null;
    }

    /** Why it was stopped, if it was. */
    void rethrow() throws IOException {
        Throwable why = reason;
        if (why instanceof IOException e) {
            throw e;
        }
        if (why instanceof Error e) {
            throw e;
        }
        if (why != null) {
            throw new IllegalStateException("a task of the restore failed", why);
        }
    }
}
