/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;

/** {@code -status [NAME]}. */
final class StatusCommand extends OnlineCommand {
    @Override
    public String name() {
        return "-status";
    }

    @Override
    public String arguments() {
        return "[NAME]";
    }

    @Override
    public String description() {
        return "Shows the snapshots and how every DataNode stands to them: bytes preserved, exceptions pending and"
                + " completed, state and last contact.";
    }

    @Override
    public Map<String, String> options() {
        return Map.of("NAME", "Only this snapshot, in detail.");
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        String name = Arguments.optionalName(arguments);
        StatusRequestProto.Builder request = StatusRequestProto.newBuilder();
        if (name != null) {
            request.setName(name);
        }
        return (nameNode, console) -> {
            StatusResponseProto status = nameNode.status(request.build());
            console.out().print(name == null ? ClusterStatus.text(status) : SnapshotStatus.text(status, name));
            return 0;
        };
    }
}
