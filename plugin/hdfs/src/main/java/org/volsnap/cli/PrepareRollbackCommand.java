/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** {@code -prepareRollback NAME}. */
final class PrepareRollbackCommand extends OnlineCommand {
    @Override
    public String name() {
        return "-prepareRollback";
    }

    @Override
    public String arguments() {
        return "NAME";
    }

    @Override
    public String description() {
        return "First step of a rollback, on the running cluster: takes a safety snapshot, enters safe mode, stops all"
                + " writing on the DataNodes, and prints what to type next. -cancelRollback undoes it.";
    }

    @Override
    public Map<String, String> options() {
        return Map.of("NAME", "The snapshot to which the cluster is to go back.");
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        String name = Arguments.name(arguments);
        return (nameNode, console) -> {
            PreparedRollback.prepare(nameNode, name, console);
            return 0;
        };
    }
}
