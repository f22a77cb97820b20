/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.tools.TableListing;
import org.apache.hadoop.tools.TableListing.Justification;
import org.volsnap.restore.Outcome;
import org.volsnap.restore.RestoreEvents;

/** Prints what a restore does, and counts it. Safe for many threads. */
final class RestoreReport implements RestoreEvents {
    private final Console console;
    private final boolean dryRun;
    private final RestoreProgress progress;
    private final Map<Outcome, Tally> tallies = new EnumMap<>(Outcome.class);
    private boolean begun;
    private boolean silent;

    /** What became of how many. */
    private static final class Tally {
        private long files;
        private long directories;
        private long bytes;
    }

    RestoreReport(Console console, boolean dryRun, RestoreProgress progress) {
        this.console = requireNonNull(console, "console is null");
        this.dryRun = dryRun;
        this.progress = requireNonNull(progress, "progress is null");
        for (Outcome outcome : Outcome.values()) {
            tallies.put(outcome, new Tally());
        }
    }

    synchronized boolean hasBegun() {
        return begun;
    }

    @Override
    public synchronized void begins(long paths, long bytes) {
        begun = true;
        progress.begin(paths, bytes);
    }

    @Override
    public synchronized void progress(long bytes) {
        advance(0, bytes);
    }

    @Override
    public synchronized void done(Outcome outcome, boolean directory, Path live, long bytes, String detail) {
        count(outcome, directory, bytes);
        if (dryRun && outcome != Outcome.UNCHANGED) {
            String text = directory || outcome == Outcome.ATTRIBUTES ? detail : Format.bytes(bytes);
            printOut(verb(outcome) + " " + name(directory, live) + (text.isEmpty() ? "" : " (" + text + ")"));
        }
        advance(1, 0);
    }

    @Override
    public synchronized void conflict(boolean directory, Path live, String reason) {
        count(Outcome.CONFLICT, directory, 0);
        printOut(verb(Outcome.CONFLICT) + " " + name(directory, live) + ": " + reason);
        advance(1, 0);
    }

    @Override
    public synchronized void failed(boolean directory, Path live, IOException reason) {
        count(Outcome.FAILED, directory, 0);
        if (!silent) {
            progress.hide();
            console.err().println(name(directory, live) + ": " + VolsnapAdmin.oneLine(reason));
        }
        advance(1, 0);
    }

    private void count(Outcome outcome, boolean directory, long bytes) {
        Tally tally = requireNonNull(tallies.get(outcome));
        if (directory) {
            tally.directories++;
        } else {
            tally.files++;
        }
        tally.bytes += bytes;
    }

    private void advance(long paths, long bytes) {
        if (!silent) {
            progress.add(paths, bytes);
        }
    }

    private void printOut(String line) {
        if (!silent) {
            progress.hide();
            console.out().println(line);
        }
    }

    private static String name(boolean directory, Path live) {
        String path = live.toUri().getPath();
        return directory && !live.isRoot() ? path + "/" : path;
    }

    private static String verb(Outcome outcome) {
        return switch (outcome) {
            case UNCHANGED -> "skip";
            case ATTRIBUTES -> "set attributes of";
            case COPIED -> "copy";
            case REPLACED -> "replace";
            case CUT -> "cut";
            case EXTENDED -> "extend";
            case CONFLICT -> "leave alone";
            case FAILED -> "fail";
        };
    }

    /** From now on nothing is printed, but for the end: the process is being interrupted. */
    synchronized void silence() {
        progress.hide();
        silent = true;
    }

    /**
     * Prints the table.
     *
     * @return the exit code
     */
    synchronized int end() {
        progress.hide();
        console.out().print(table());
        if (dryRun) {
            console.out().println("Nothing was changed");
        }
        if (total(Outcome.CONFLICT) > 0) {
            console.err()
                    .println(
                            "What was left alone has other bytes now: see -overwrite, or bring it beside with -to DIR");
        }
        if (total(Outcome.FAILED) > 0) {
            return 2;
        }
        return total(Outcome.CONFLICT) > 0 ? 1 : 0;
    }

    private long total(Outcome outcome) {
        Tally tally = requireNonNull(tallies.get(outcome));
        return tally.files + tally.directories;
    }

    private String table() {
        TableListing table = new TableListing.Builder()
                .addField("")
                .addField("FILES", Justification.RIGHT)
                .addField("DIRECTORIES", Justification.RIGHT)
                .addField("BYTES", Justification.RIGHT)
                .build();
        tallies.forEach((outcome, tally) -> table.addRow(
                title(outcome),
                Long.toString(tally.files),
                Long.toString(tally.directories),
                outcome == Outcome.CONFLICT || outcome == Outcome.FAILED ? "-" : Long.toString(tally.bytes)));
        return table.toString();
    }

    private static String title(Outcome outcome) {
        return switch (outcome) {
            case UNCHANGED -> "As they were";
            case ATTRIBUTES -> "Attributes put back";
            case COPIED -> "Copied";
            case REPLACED -> "Replaced";
            case CUT -> "Cut";
            case EXTENDED -> "Extended";
            case CONFLICT -> "Left alone";
            case FAILED -> "Failed";
        };
    }
}
