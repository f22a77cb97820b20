/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How far a restore is: a bar that is drawn again and again on a terminal, a line now and then elsewhere. For one thread
 * at a time.
 */
final class RestoreProgress {
    private static final int WIDTH = 30;
    private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final PrintStream err;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private long paths;
    private long bytes;
    private long pathsDone;
    private long bytesDone;
    private long begun;
    private long shown;
    private boolean visible;

    /** @param nanoTime a clock that never goes back */
    RestoreProgress(PrintStream err, boolean terminal, LongSupplier nanoTime) {
        this.err = requireNonNull(err, "err is null");
        this.terminal = terminal;
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
    }

    /** Of this process's standard error: a terminal if standard output is one, which is all that Java knows. */
    @SuppressWarnings("SystemConsoleNull") // from Java 22 on there is always a console: -Djdk.console=java.base
    static RestoreProgress of(Console console) {
        boolean terminal = System.console() != null && console.err() == System.err;
        return new RestoreProgress(console.err(), terminal, System::nanoTime);
    }

    void begin(long allPaths, long allBytes) {
        paths = allPaths;
        bytes = allBytes;
        begun = nanoTime.getAsLong();
        shown = begun;
    }

    void add(long morePaths, long moreBytes) {
        pathsDone += morePaths;
        bytesDone += moreBytes;
        long now = nanoTime.getAsLong();
        if (now - shown >= (terminal ? REDRAW_NANOS : LINE_NANOS)) {
            shown = now;
            show(now);
        }
    }

    private void show(long now) {
        long percent = percent();
        String text = String.format(
                Locale.ROOT,
                "%3d %%  %s of %s, %,d of %,d paths, %s/s",
                percent,
                Format.bytes(bytesDone),
                Format.bytes(bytes),
                pathsDone,
                paths,
                Format.bytes((long) (bytesDone / Math.max(1e-3, (now - begun) / 1e9))));
        if (terminal) {
            int filled = (int) (WIDTH * percent / 100);
            err.print("\r[" + "#".repeat(filled) + " ".repeat(WIDTH - filled) + "] " + text + "\u001b[K");
            err.flush();
            visible = true;
        } else {
            err.println(text.strip());
        }
    }

    /** Of bytes, or of paths where there are none; files that grew since they were counted are no more than all. */
    private long percent() {
        long all = bytes > 0 ? bytes : paths;
        long done = bytes > 0 ? bytesDone : pathsDone;
        return all == 0 ? 100 : Math.min(100, 100 * done / all);
    }

    /** Makes room for a line; the bar comes again. */
    void hide() {
        if (visible) {
            err.print("\r\u001b[K");
            err.flush();
            visible = false;
        }
    }
}
