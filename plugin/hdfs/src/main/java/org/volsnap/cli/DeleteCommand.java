/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.StringUtils;
import org.volsnap.protocol.proto.VolsnapProtos.DeleteRequestProto;

/** {@code -delete [-dryRun] NAME}. */
final class DeleteCommand extends OnlineCommand {
    @Override
    public String name() {
        return "-delete";
    }

    @Override
    public String arguments() {
        return "[" + DryRunOptions.DRY_RUN + "] NAME";
    }

    @Override
    public String description() {
        return "Deletes a volume snapshot. Older snapshots keep what they need of it; the DataNodes give the rest of its"
                + " space back in the background.";
    }

    @Override
    public Map<String, String> options() {
        return ImmutableMap.of(
                DryRunOptions.DRY_RUN,
                "Say what would be given back and which files nothing else has; change nothing. Loads the namespaces of all"
                        + " snapshots and of now in this process, one at a time.",
                "NAME",
                "The snapshot to delete.");
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        List<String> left = new ArrayList<>(arguments);
        boolean dryRun = StringUtils.popOption(DryRunOptions.DRY_RUN, left);
        String name = Arguments.name(left);
        return (nameNode, console) -> {
            if (dryRun) {
                return new DeleteDryRun(conf, nameNode, console).run(name);
            }
            nameNode.delete(DeleteRequestProto.newBuilder().setName(name).build());
            console.out().println("Deleted volume snapshot " + name);
            return 0;
        };
    }
}
