/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Points at which this process ends at once, as by SIGKILL, if it was told to: see {@link DaemonProcess#arm}. Safe for
 * many threads.
 */
public final class FaultPoints {
    /** What a shell would show of a process that was killed. */
    public static final int EXIT_CODE = 137;

    private static final Map<String, AtomicInteger> ARMED = new ConcurrentHashMap<>();

    private FaultPoints() {}

    /** @param times how often the point is reached until the process ends there; 1 or more */
    static void arm(String point, int times) {
        ARMED.put(point, new AtomicInteger(times));
    }

    /** Called where the point is. Does not return when it is the time. */
    public static void reach(String point) {
        AtomicInteger left = ARMED.get(point);
        if (left != null && left.decrementAndGet() == 0) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }

    /** Whether the process is to end there. */
    public static boolean isArmed(String point) {
        return ARMED.containsKey(point);
    }
}
