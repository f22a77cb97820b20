/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for what the cluster does in its own time. */
final class Waiting {
    private static final Duration LONGEST = Duration.ofMinutes(3);

    private Waiting() {}

    /** What is waited for. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException;
    }

    /** @throws IOException when it does not hold after three minutes */
    static void until(String what, Condition condition) throws IOException {
        until(what, LONGEST, condition);
    }

    /** @throws IOException when it does not hold after this time */
    static void until(String what, Duration atMost, Condition condition) throws IOException {
        long start = System.nanoTime();
        while (!holdsNow(condition)) {
            if (System.nanoTime() - start > atMost.toNanos()) {
                throw new IOException("waited " + atMost.toSeconds() + " seconds for " + what);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for " + what);
            }
        }
    }

    /** A connection that was kept open to a NameNode that is gone ends with the first call to the new one: not yet. */
    private static boolean holdsNow(Condition condition) throws IOException {
        try {
            return condition.holds();
        } catch (EOFException | SocketException e) {
            return false;
        }
    }
}
