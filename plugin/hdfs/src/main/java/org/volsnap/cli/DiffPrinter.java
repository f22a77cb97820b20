/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.util.Set;
import org.volsnap.namenode.diff.Aspect;
import org.volsnap.namenode.diff.Differences;
import org.volsnap.namenode.diff.Entry;

/** Prints differences as {@code hdfs snapshotDiff} does ({@code SnapshotDiffReport}), from T to the other namespace. */
final class DiffPrinter implements Differences {
    private final PrintStream out;

    DiffPrinter(PrintStream out) {
        this.out = requireNonNull(out, "out is null");
    }

    void begin(String from, String to) {
        out.println("Difference between " + from + " and " + to + " under directory /:");
    }

    @Override
    public void comesBack(Entry then) {
        out.println("-\t" + relative(then));
    }

    @Override
    public void vanishes(Entry now) {
        out.println("+\t" + relative(now));
    }

    /** That it was read is no difference. */
    @Override
    public void changes(Entry then, Entry now, Set<Aspect> aspects) {
        if (!aspects.equals(Set.of(Aspect.ACCESS_TIME))) {
            out.println("M\t" + relative(then));
        }
    }

    @Override
    public void moves(Entry then, Entry now) {
        out.println("R\t" + relative(then) + " -> " + relative(now));
    }

    /** Who writes is no difference in what there is; another length or stamp is told as one. */
    @Override
    public void openThen(Entry then) {}

    @Override
    public void openNow(Entry now) {}

    private static String relative(Entry entry) {
        return "." + (entry.path().equals("/") ? "" : entry.path());
    }
}
