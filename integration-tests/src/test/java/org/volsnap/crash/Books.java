/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.crash;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the files of each writer may be now, and what they may have been while something went on: a snapshot that is taken
 * meanwhile may have any of these states, and no other. A writer changes its files one after the other, so that its
 * directory as a whole has one of the states. Safe for many threads.
 */
final class Books {
    /** Of one writer: by the names of files; what is not there is absent. */
    private final List<SortedMap<String, List<Possible>>> now = new ArrayList<>();

    private final List<Promise> open = new ArrayList<>();

    Books(int writers) {
        for (int i = 0; i < writers; i++) {
            now.add(Collections.emptySortedMap());
        }
    }

    /** The states that each writer's directory may have. */
    static final class Promise {
        private final List<List<SortedMap<String, List<Possible>>>> states = new ArrayList<>();

        /** Says how a directory is none of them; null when it is one. */
        @Nullable
        String violation(int writer, Map<String, byte[]> actual) {
            List<SortedMap<String, List<Possible>>> all = states.get(writer);
            if (all.stream().anyMatch(state -> differences(state, actual).isEmpty())) {
                return null;
            }
            return all.size() + " states are possible; against the first: " + differences(all.get(0), actual)
                    + "; against the last: " + differences(all.get(all.size() - 1), actual);
        }

        private static List<String> differences(SortedMap<String, List<Possible>> state, Map<String, byte[]> actual) {
            TreeSet<String> names = new TreeSet<>(state.keySet());
            names.addAll(actual.keySet());
            List<String> found = new ArrayList<>();
            for (String name : names) {
                List<Possible> possible = state.getOrDefault(name, List.of(Possible.ABSENT));
                if (!Possible.anyMatches(possible, actual.get(name))) {
                    found.add(name + " " + Possible.difference(possible, actual.get(name)));
                }
            }
            return found;
        }

        /** How many states it has. */
        int size() {
            return states.stream().mapToInt(List::size).sum();
        }
    }

    /** Begins to write down what the directories may be from now on. */
    synchronized Promise open() {
        Promise promise = new Promise();
        now.forEach(state -> promise.states.add(new ArrayList<>(List.of(state))));
        open.add(promise);
        return promise;
    }

    /** What was written down is complete. */
    synchronized void close(Promise promise) {
        open.remove(promise);
    }

    /** What may be now, and nothing else. */
    synchronized Promise present() {
        Promise promise = open();
        close(promise);
        return promise;
    }

    synchronized List<Possible> of(int writer, String name) {
        return now.get(writer).getOrDefault(name, List.of(Possible.ABSENT));
    }

    synchronized void put(int writer, String name, Possible... possible) {
        put(writer, Map.of(name, List.of(possible)));
    }

    /** Changes several files at once. */
    synchronized void put(int writer, Map<String, List<Possible>> changes) {
        TreeMap<String, List<Possible>> state = new TreeMap<>(now.get(writer));
        state.putAll(changes);
        now.set(writer, Collections.unmodifiableSortedMap(state));
        for (Promise promise : open) {
            List<SortedMap<String, List<Possible>>> states = promise.states.get(writer);
            if (!Objects.equals(states.get(states.size() - 1), state)) {
                states.add(now.get(writer));
            }
        }
    }

    /** These files were read, after all that could change them had ended. */
    synchronized void settle(int writer, Map<String, byte[]> actual) {
        TreeMap<String, List<Possible>> state = new TreeMap<>();
        actual.forEach((name, bytes) -> state.put(name, List.of(Possible.exactly(bytes))));
        now.set(writer, Collections.unmodifiableSortedMap(state));
    }
}
