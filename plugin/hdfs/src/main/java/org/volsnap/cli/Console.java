/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;

/** Where a command writes: data to {@code out}; help, progress and errors to {@code err}. */
public record Console(PrintStream out, PrintStream err) {
    public Console {
        requireNonNull(out, "out is null");
        requireNonNull(err, "err is null");
    }

    /** The streams of this process. */
    public static Console ofProcess() {
        return new Console(System.out, System.err);
    }
}
