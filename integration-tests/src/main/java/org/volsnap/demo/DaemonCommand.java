/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** {@code hdfs --daemon stop|start namenode|datanode}, for the play cluster. */
public final class DaemonCommand {
    private static final Set<String> ACTIONS = Set.of("stop", "start");
    private static final Set<String> DAEMONS = Set.of("namenode", "datanode");

    private DaemonCommand() {}

    /** Arguments: the directory of the clients' configuration, the action, the daemon. */
    public static void main(String[] args) {
        if (args.length != 3 || !ACTIONS.contains(args[1]) || !DAEMONS.contains(args[2])) {
            System.err.println("hdfs --daemon: stop or start, then namenode or datanode");
            System.exit(1);
        }
        try {
            String refusal = ControlPort.ask(Path.of(args[0]), args[1], args[2]);
            System.err.print(refusal.isEmpty() ? "" : refusal + "\n");
            System.exit(refusal.isEmpty() ? 0 : 1);
        } catch (IOException e) {
            System.err.println("the play cluster does not answer, is 'bin/volsnap cluster' running? " + e.getMessage());
            System.exit(2);
        }
    }
}
