/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/**
 * A client that ends its process when the n-th file is to get its name, for {@code fs.hdfs.impl} of a process that is to be
 * killed in the middle of a restore.
 */
public final class EndingFileSystem extends DistributedFileSystem {
    /** How many files get their names before. */
    static final String RENAMES = "volsnap.test.renames";

    /**
     * {@code TERM}: by that signal, which does what Ctrl-C does, and which a shell does not keep from what it runs in the
     * background; else at once, like SIGKILL.
     */
    static final String SIGNAL = "volsnap.test.signal";

    static final int EXIT_CODE = 77;

    private static final AtomicInteger RENAMED = new AtomicInteger();

    @Override
    public void rename(Path from, Path to, Options.Rename... options) throws IOException {
        if (RENAMED.getAndIncrement() >= getConf().getInt(RENAMES, Integer.MAX_VALUE)) {
            end();
        }
        super.rename(from, to, options);
    }

    private void end() throws IOException {
        if (!getConf().get(SIGNAL, "").equals("TERM")) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
        long pid = ProcessHandle.current().pid();
        Process kill = new ProcessBuilder("kill", "-TERM", Long.toString(pid)).start();
        while (kill.isAlive() || !Thread.currentThread().isInterrupted()) {
            LockSupport.park(this); // the process ends meanwhile
        }
    }
}
