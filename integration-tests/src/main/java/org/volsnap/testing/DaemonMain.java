/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Arrays;
import org.apache.hadoop.hdfs.qjournal.server.JournalNode;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.namenode.NameNode;

/**
 * What the JVM of a {@link DaemonProcess} runs: Hadoop's own main class, beside a thread that reads standard input. A
 * line there, {@code TIMES POINT}, arms a fault point; its end means that the parent is gone, in whatever way, and ends
 * this process too.
 */
public final class DaemonMain {
    private DaemonMain() {}

    /** Arguments: the daemon, and what its main class gets. */
    public static void main(String[] args) throws Exception {
        Thread parent = new Thread(DaemonMain::followParent, "parent");
        parent.setDaemon(true);
        parent.start();
        String[] own = Arrays.copyOfRange(args, 1, args.length);
        switch (DaemonKind.valueOf(args[0])) {
            case NAMENODE -> NameNode.main(own);
            case DATANODE -> DataNode.main(own);
            case JOURNALNODE -> JournalNode.main(own);
        }
    }

    private static void followParent() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", 2);
                FaultPoints.arm(words[1], Integer.parseInt(words[0]));
            }
        } catch (IOException e) {
            e.printStackTrace();
        }
        Runtime.getRuntime().halt(FaultPoints.EXIT_CODE);
    }
}
