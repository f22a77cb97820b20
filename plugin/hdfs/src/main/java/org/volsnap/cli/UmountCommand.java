/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.MountAddress;
import org.volsnap.protocol.proto.VolsnapProtos.MountProto;
import org.volsnap.protocol.proto.VolsnapProtos.UmountRequestProto;

/** {@code -umount NAME}. */
final class UmountCommand extends OnlineCommand {
    @Override
    public String name() {
        return "-umount";
    }

    @Override
    public String arguments() {
        return "NAME";
    }

    @Override
    public String description() {
        return "Ends what -mount began, from any host: DataNodes leave the NameNode of the snapshot, and it ends. Also where"
                + " it has ended already without a word.";
    }

    @Override
    public Map<String, String> options() {
        return Map.of("NAME", "The snapshot that is mounted.");
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        String name = Arguments.name(arguments);
        return (nameNode, console) -> {
            MountProto mount = nameNode.umount(
                            UmountRequestProto.newBuilder().setName(name).build())
                    .getMount();
            if (MountProbe.ends(mount)) {
                console.out().println("Unmounted " + name);
            } else {
                console.out()
                        .println("Unmounted " + name + "; something still answers at " + MountAddress.uri(mount)
                                + ", which no DataNode serves any more");
            }
            return 0;
        };
    }
}
