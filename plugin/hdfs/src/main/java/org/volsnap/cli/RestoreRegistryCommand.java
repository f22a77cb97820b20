/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.proto.VolsnapProtos.RestoreRegistryRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.RestoreRegistryResponseProto;

/** {@code -restoreRegistry}. */
final class RestoreRegistryCommand extends OnlineCommand {
    @Override
    public String name() {
        return "-restoreRegistry";
    }

    @Override
    public String arguments() {
        return "";
    }

    @Override
    public String description() {
        return "Writes the newest registry of snapshots that the NameNode or a DataNode knows, after it was lost or replaced"
                + " by an older one; -status says when that is so.";
    }

    @Override
    public Map<String, String> options() {
        return Map.of();
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        Arguments.none(arguments);
        return (nameNode, console) -> {
            RestoreRegistryResponseProto restored =
                    nameNode.restoreRegistry(RestoreRegistryRequestProto.getDefaultInstance());
            console.out()
                    .printf(
                            "Restored the registry as version %d: %d volume snapshots%n",
                            restored.getVersion(), restored.getSnapshots());
            return 0;
        };
    }
}
