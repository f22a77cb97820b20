/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.crash;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.ToolRunner;
import org.volsnap.cli.Console;
import org.volsnap.cli.VolsnapAdmin;
import org.volsnap.testing.FaultPoints;

/**
 * {@code hdfs volsnap ...} that ends as by SIGKILL when it has printed so many lines of progress, or a while after that.
 */
public final class HaltingTool {
    /** System property: the line at whose end the process ends. */
    static final String LINE = "volsnap.crash.line";

    /** System property: milliseconds from then on. */
    static final String AFTER = "volsnap.crash.after";

    private HaltingTool() {}

    /** Arguments: of {@code hdfs volsnap}. */
    public static void main(String[] args) throws Exception {
        PrintStream err = new PrintStream(new HaltingStream(System.err, Integer.getInteger(LINE)), true);
        System.exit(ToolRunner.run(new VolsnapAdmin(new Configuration(), new Console(System.out, err)), args));
    }

    private static final class HaltingStream extends FilterOutputStream {
        private int linesLeft;

        HaltingStream(OutputStream to, int linesLeft) {
            super(to);
            this.linesLeft = linesLeft;
        }

        @Override
        public synchronized void write(int b) throws IOException {
            out.write(b);
            if (b == '\n' && --linesLeft == 0) {
                halt(Integer.getInteger(AFTER, 0));
            }
        }
    }

    private static void halt(int afterMillis) {
        Thread end = new Thread(() -> {
            try {
                Thread.sleep(afterMillis);
            } catch (InterruptedException e) {
                // The end comes sooner.
            }
            Runtime.getRuntime().halt(FaultPoints.EXIT_CODE);
        });
        end.start();
    }
}
