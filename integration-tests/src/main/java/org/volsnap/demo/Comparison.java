/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/**
 * Compares every file of a cluster with the sums taken before the snapshot. Runs in a fresh JVM as a stock client: it
 * shares no state, cache or object with the cluster's process. The last line of its standard output is
 * {@code files compared, files identical}.
 */
public final class Comparison {
    private static final int MAX_SHOWN = 20;

    private Comparison() {}

    /** Arguments: the URI of the file system, the file with the sums. Exit code 0 only if all files are identical. */
    public static void main(String[] args) throws Exception {
        Terminal terminal = Terminal.ofProcess();
        List<FileSum> expected = FileSum.read(Path.of(args[1]));
        int identical;
        try (FileSystem fileSystem = FileSystem.newInstance(URI.create(args[0]), new Configuration())) {
            identical = identical(fileSystem, expected, terminal, MAX_SHOWN);
        }
        terminal.say(expected.size() + " files compared, " + identical + " identical");
        System.exit(identical == expected.size() ? 0 : 1);
    }

    /** How many files are what they were; names up to {@code shown} of the others. */
    static int identical(FileSystem fileSystem, List<FileSum> expected, Terminal terminal, int shown) {
        FileSums sums = new FileSums(fileSystem, terminal);
        int identical = 0;
        int done = 0;
        int different = 0;
        for (FileSum sum : expected) {
            String difference = difference(sums, sum);
            if (difference.isEmpty()) {
                identical++;
            } else if (different++ < shown) {
                terminal.endProgress();
                terminal.say(sum.path() + ": " + difference);
            }
            terminal.progress("comparing", ++done, expected.size());
        }
        terminal.endProgress();
        return identical;
    }

    /** What is different, empty if nothing is. */
    private static String difference(FileSums sums, FileSum expected) {
        try {
            FileSum found = sums.of(new org.apache.hadoop.fs.Path(expected.path()));
            if (found.equals(expected)) {
                return "";
            }
            return found.length() == expected.length()
                    ? "other bytes"
                    : found.length() + " bytes instead of " + expected.length();
        } catch (IOException e) {
            return e.getClass().getSimpleName();
        }
    }
}
