/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.volsnap.cli.Console;

/** What the user sees. Colours and progress bars on a terminal only; plain lines otherwise. For one thread, but for {@link #lastWord}. */
final class Terminal {
    private static final int BAR_WIDTH = 40;
    private static final long REDRAW_NANOS = 100_000_000;

    private final Mutable stream;
    private final PrintStream out;
    private final boolean interactive;
    private long lastDrawn;

    /** @param interactive whether {@code out} is a terminal */
    Terminal(PrintStream out, boolean interactive) {
        this.stream = new Mutable(out);
        this.out = new PrintStream(stream, true, StandardCharsets.UTF_8);
        this.interactive = interactive;
    }

    /** On this process's standard output; {@code bin/volsnap} says whether that is a terminal. */
    static Terminal ofProcess() {
        return new Terminal(System.out, Boolean.getBoolean("volsnap.terminal"));
    }

    /** The headline of a step. */
    void step(String text) {
        out.println();
        out.println(coloured("1;36", "== " + text));
    }

    void say(String text) {
        out.println("   " + text);
    }

    /** A command as a user would type it. */
    void command(String line) {
        out.println(coloured("1", "   $ " + line));
    }

    void good(String text) {
        out.println(coloured("1;32", text));
    }

    void bad(String text) {
        out.println(coloured("1;31", text));
    }

    /** Redraws the bar of a long step; does nothing where there is no terminal. */
    void progress(String what, long done, long total) {
        long now = System.nanoTime();
        if (!interactive || done < total && now - lastDrawn < REDRAW_NANOS) {
            return;
        }
        lastDrawn = now;
        int filled = total == 0 ? BAR_WIDTH : (int) (BAR_WIDTH * done / total);
        out.printf(
                "\r   %-24s [%s%s] %3d%%",
                what, "#".repeat(filled), " ".repeat(BAR_WIDTH - filled), total == 0 ? 100 : 100 * done / total);
        out.flush();
    }

    /** Takes the bar away. */
    void endProgress() {
        if (interactive) {
            out.print("\r\u001b[K");
            out.flush();
        }
    }

    /** For a command's own output. */
    Console console() {
        return new Console(out, out);
    }

    /** The last word: whatever is printed later, by any thread, is swallowed. */
    void lastWord(String text) {
        endProgress();
        bad(text);
        stream.mute();
    }

    /** A stream that can be silenced while others write to it. */
    private static final class Mutable extends FilterOutputStream {
        private volatile boolean muted;

        Mutable(OutputStream to) {
            super(to);
        }

        void mute() {
            muted = true;
        }

        @Override
        public void write(int one) throws IOException {
            if (!muted) {
                out.write(one);
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!muted) {
                out.write(bytes, offset, length);
            }
        }
    }

    private String coloured(String code, String text) {
        return interactive ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
