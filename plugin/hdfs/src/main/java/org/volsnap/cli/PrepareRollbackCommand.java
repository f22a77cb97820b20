/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** {@code -prepareRollback [-dryRun] [-force] NAME}. */
final class PrepareRollbackCommand extends OnlineCommand {
    @Override
    public String name() {
        return "-prepareRollback";
    }

    @Override
    public String arguments() {
        return DryRunOptions.USAGE + " NAME";
    }

    @Override
    public String description() {
        return "First step of a rollback, on the running cluster: looks for the blocks of the snapshot, takes a safety"
                + " snapshot, enters safe mode, stops all writing on the DataNodes, and prints what to type next."
                + " -cancelRollback undoes it. Loads the snapshot's namespace in this process, with -dryRun also the one of"
                + " now, one at a time: give it the NameNode's heap by HDFS_VOLSNAP_OPTS. With -force it does not.";
    }

    @Override
    public Map<String, String> options() {
        return ImmutableMap.<String, String>builder()
                .putAll(DryRunOptions.explained())
                .put("NAME", "The snapshot to which the cluster is to go back.")
                .buildOrThrow();
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        List<String> left = new ArrayList<>(arguments);
        DryRunOptions options = DryRunOptions.take(left);
        String name = Arguments.name(left);
        return (nameNode, console) -> new PreparedRollback(conf, nameNode, console).run(name, options);
    }
}
