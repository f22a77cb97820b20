/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.proto.VolsnapProtos.CreateRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.CreateResponseProto;

/** {@code -create [-allowMissing N] [NAME]}. */
final class CreateCommand extends OnlineCommand {
    private static final String ALLOW_MISSING = "-allowMissing";

    @Override
    public String name() {
        return "-create";
    }

    @Override
    public String arguments() {
        return "[" + ALLOW_MISSING + " N] [NAME]";
    }

    @Override
    public String description() {
        return "Takes a volume snapshot of the whole cluster. Nothing is copied and no client waits: from now on what"
                + " would be destroyed is preserved first.";
    }

    @Override
    public Map<String, String> options() {
        return ImmutableMap.of(
                ALLOW_MISSING,
                "Take it although up to N live DataNodes run without volsnap or do not answer. They are left out: what they"
                        + " hold never counts for this snapshot, also not when volsnap is enabled there later.",
                "NAME",
                "1 to 64 of letters, digits, '-', '_' and '.'. Without it: 's' and the time of the NameNode.");
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        List<String> left = new ArrayList<>(arguments);
        CreateRequestProto.Builder request =
                CreateRequestProto.newBuilder().setAllowMissing(Arguments.count(ALLOW_MISSING, left, 0));
        String name = Arguments.optionalName(left);
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
            LeftOutNames.of(created.getSnapshot())
                    .ifPresent(names -> console.out().println("Left out, what they hold does not count: " + names));
            return 0;
        };
    }
}
