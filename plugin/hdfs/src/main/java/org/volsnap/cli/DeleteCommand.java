/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.proto.VolsnapProtos.DeleteRequestProto;

/** {@code -delete NAME}. */
final class DeleteCommand extends OnlineCommand {
    @Override
    public String name() {
        return "-delete";
    }

    @Override
    public String arguments() {
        return "NAME";
    }

    @Override
    public String description() {
        return "Deletes a volume snapshot. Older snapshots keep what they need of it; the DataNodes give the rest of its"
                + " space back in the background.";
    }

    @Override
    public Map<String, String> options() {
        return Map.of("NAME", "The snapshot to delete.");
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        String name = Arguments.name(arguments);
        return (nameNode, console) -> {
            nameNode.delete(DeleteRequestProto.newBuilder().setName(name).build());
            console.out().println("Deleted volume snapshot " + name);
            return 0;
        };
    }
}
