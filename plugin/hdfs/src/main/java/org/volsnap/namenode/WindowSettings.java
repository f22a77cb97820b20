/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.volsnap.conf.VolsnapKeys.WINDOW;
import static org.volsnap.conf.VolsnapKeys.WINDOW_ALLOW_MISSING;
import static org.volsnap.conf.VolsnapKeys.WINDOW_ALLOW_MISSING_DEFAULT;
import static org.volsnap.conf.VolsnapKeys.WINDOW_DEFAULT;
import static org.volsnap.conf.VolsnapKeys.WINDOW_INTERVAL;
import static org.volsnap.conf.VolsnapKeys.WINDOW_INTERVAL_DEFAULT;

import java.time.Duration;
import org.apache.hadoop.conf.Configuration;

/**
 * When the rolling window takes a snapshot and how long it keeps it. Time is cut into slots of one interval each, from 1970
 * on: every slot gets one snapshot, however long a creation takes and whichever NameNode is active, and nothing drifts.
 *
 * @param window age at which one is deleted; zero when there is no window
 * @param interval length of a slot
 * @param allowMissing so many live DataNodes may be left out of each
 */
record WindowSettings(Duration window, Duration interval, int allowMissing) {
    /** Names tell seconds. */
    private static final Duration LEAST_INTERVAL = Duration.ofSeconds(1);

    WindowSettings {
        if (!window.isZero()) {
            check(!window.isNegative(), WINDOW + " must not be negative, was " + window.toMillis() + " ms");
            check(
                    interval.compareTo(LEAST_INTERVAL) >= 0,
                    WINDOW_INTERVAL + " must be 1s or more, was " + interval.toMillis() + " ms");
            check(
                    window.compareTo(interval) >= 0,
                    WINDOW + " must not be shorter than " + WINDOW_INTERVAL + ": " + window.toMillis() + " ms and "
                            + interval.toMillis() + " ms");
            check(allowMissing >= 0, WINDOW_ALLOW_MISSING + " must not be negative, was " + allowMissing);
        }
    }

    static final WindowSettings OFF = new WindowSettings(Duration.ZERO, Duration.ZERO, 0);

    /** @throws IllegalArgumentException naming the key that has a value which makes no window */
    static WindowSettings of(Configuration conf) {
        return new WindowSettings(
                Duration.ofMillis(conf.getTimeDuration(WINDOW, WINDOW_DEFAULT, MILLISECONDS)),
                Duration.ofMillis(conf.getTimeDuration(WINDOW_INTERVAL, WINDOW_INTERVAL_DEFAULT, MILLISECONDS)),
                conf.getInt(WINDOW_ALLOW_MISSING, WINDOW_ALLOW_MISSING_DEFAULT));
    }

    boolean isOff() {
        return window.isZero();
    }

    /** The number of the slot that a time, in milliseconds since 1970, lies in. */
    long slot(long millis) {
        return Math.floorDiv(millis, interval.toMillis());
    }

    /** Whether a snapshot of the window that was begun at {@code created} has no business to be there any more. */
    boolean isOver(long created, long now) {
        return now - created > window.toMillis();
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
