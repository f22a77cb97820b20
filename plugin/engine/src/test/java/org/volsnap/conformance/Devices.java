/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The devices below dm: one origin, and one COW device for each snapshot. Used by the runner's threads, one at a time. */
final class Devices {
    private final VirtualTime time;
    private final Map<Integer, SimulatedDevice> cows = new TreeMap<>();
    private final Set<Integer> cutInFlight = new TreeSet<>();
    private final Map<Integer, Integer> made = new TreeMap<>();
    private SimulatedDevice origin;

    Devices(VirtualTime time) {
        this.time = time;
        this.origin = new SimulatedDevice(time, new byte[0]);
    }

    void makeOrigin(byte[] content) {
        origin = new SimulatedDevice(time, content);
    }

    void makeCow(int snapshot, long sectors) {
        cows.put(snapshot, new SimulatedDevice(time, new byte[Sectors.toBytes(sectors)]));
        cutInFlight.remove(snapshot);
        made.merge(snapshot, 1, Integer::sum);
    }

    /** How often the COW device of this snapshot was made anew: what was on the one before is gone. */
    int timesMade(int snapshot) {
        return made.getOrDefault(snapshot, 0);
    }

    /** The longest that a write to any COW device takes now, in milliseconds. */
    int slowestCowWrite() {
        return cows.values().stream()
                .mapToInt(SimulatedDevice::writeDelay)
                .max()
                .orElse(0);
    }

    SimulatedDevice origin() {
        return origin;
    }

    boolean hasCow(int snapshot) {
        return cows.containsKey(snapshot);
    }

    SimulatedDevice cow(int snapshot) {
        return requireNonNull(cows.get(snapshot), () -> "no COW device " + snapshot);
    }

    /** The device that an op means by {@code o} or a number. */
    SimulatedDevice named(String name) {
        return name.equals("o") ? origin : cow(Integer.parseInt(name));
    }

    /** @param inFlight whether something was under way: a copy may have ended without its exception */
    void powerCut(boolean inFlight) {
        origin = origin.afterPowerCut();
        cows.replaceAll((snapshot, device) -> device.afterPowerCut());
        time.cut();
        if (inFlight) {
            cutInFlight.addAll(cows.keySet());
        }
    }

    /** Whether the power was cut during a copy since this COW device was made. */
    boolean wasCutInFlight(int snapshot) {
        return cutInFlight.contains(snapshot);
    }
}
