/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Counts and bytes of each kind of difference, and the first of them by path. */
public final class DiffSummary implements Differences {
    /** What a rollback does to a file or directory. */
    public enum Kind {
        COMES_BACK,
        /** Of what readers get. */
        CHANGES,
        /** Of all but what readers get. */
        CHANGES_ATTRIBUTES,
        MOVES,
        VANISHES,
        OPEN_THEN,
        OPEN_NOW
    }

    /**
     * One difference.
     *
     * @param then as it was at T; null for what vanishes
     * @param now null for what comes back
     * @param aspects what differs
     */
    public record Difference(@Nullable Entry then, @Nullable Entry now, Set<Aspect> aspects) {
        public Difference {
            aspects = Set.copyOf(aspects);
        }
    }

    /** All differences of one kind. */
    public static final class Tally {
        private final int most;
        private final List<Difference> first = new ArrayList<>();
        private long files;
        private long directories;
        private long bytesThen;
        private long bytesNow;

        private Tally(int most) {
            this.most = most;
        }

        private void add(Difference difference) {
            Entry entry = requireNonNull(difference.then() == null ? difference.now() : difference.then());
            if (entry.isDirectory()) {
                directories++;
            } else {
                files++;
            }
            bytesThen += difference.then() == null ? 0 : difference.then().length();
            bytesNow += difference.now() == null ? 0 : difference.now().length();
            if (first.size() < most) {
                first.add(difference);
            }
        }

        /** Files and symlinks. */
        public long files() {
            return files;
        }

        public long directories() {
            return directories;
        }

        public long count() {
            return files + directories;
        }

        /** The lengths at T. */
        public long bytesThen() {
            return bytesThen;
        }

        public long bytesNow() {
            return bytesNow;
        }

        public List<Difference> first() {
            return Collections.unmodifiableList(first);
        }
    }

    private final Map<Kind, Tally> tallies = new EnumMap<>(Kind.class);
    private long otherPermissions;

    /** @param most how many of each kind are kept */
    public DiffSummary(int most) {
        for (Kind kind : Kind.values()) {
            tallies.put(kind, new Tally(most));
        }
    }

    public Tally of(Kind kind) {
        return requireNonNull(tallies.get(kind));
    }

    /** Files and directories that are there at T and now, with other permissions. */
    public long otherPermissions() {
        return otherPermissions;
    }

    @Override
    public void comesBack(Entry then) {
        of(Kind.COMES_BACK).add(new Difference(then, null, Set.of()));
    }

    @Override
    public void vanishes(Entry now) {
        of(Kind.VANISHES).add(new Difference(null, now, Set.of()));
    }

    @Override
    public void changes(Entry then, Entry now, Set<Aspect> aspects) {
        Kind kind = aspects.stream().anyMatch(Aspect::isOfBytes) ? Kind.CHANGES : Kind.CHANGES_ATTRIBUTES;
        of(kind).add(new Difference(then, now, aspects));
        otherPermissions += aspects.contains(Aspect.PERMISSIONS) ? 1 : 0;
    }

    @Override
    public void moves(Entry then, Entry now) {
        of(Kind.MOVES).add(new Difference(then, now, Set.of()));
    }

    @Override
    public void openThen(Entry then) {
        of(Kind.OPEN_THEN).add(new Difference(then, null, Set.of()));
    }

    @Override
    public void openNow(Entry now) {
        of(Kind.OPEN_NOW).add(new Difference(null, now, Set.of()));
    }
}
