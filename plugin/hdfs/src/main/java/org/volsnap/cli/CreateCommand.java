/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.proto.VolsnapProtos.CreateRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.CreateResponseProto;

/** {@code -create [NAME]}. */
final class CreateCommand extends OnlineCommand {
    @Override
    public String name() {
        return "-create";
    }

    @Override
    public String arguments() {
        return "[NAME]";
    }

    @Override
    public String description() {
        return "Takes a volume snapshot of the whole cluster. Nothing is copied and no client waits: from now on what"
                + " would be destroyed is preserved first.";
    }

    @Override
    public Map<String, String> options() {
        return Map.of(
                "NAME", "1 to 64 of letters, digits, '-', '_' and '.'. Without it: 's' and the time of the NameNode.");
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        String name = Arguments.optionalName(arguments);
        CreateRequestProto.Builder request = CreateRequestProto.newBuilder();
        if (name != null) {
            request.setName(name);
        }
        return (nameNode, console) -> {
            CreateResponseProto created = nameNode.create(request.build());
            console.out()
                    .printf(
                            "Created volume snapshot %s in %s (namespace locked for %d ms)%n",
                            created.getSnapshot().getName(),
                            Format.seconds(created.getElapsedMillis()),
                            created.getMarkMillis());
            return 0;
        };
    }
}
