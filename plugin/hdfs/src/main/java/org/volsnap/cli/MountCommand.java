/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.namenode.mount.MountRequest;
import org.volsnap.protocol.MountAddress;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.MountProto;

/** {@code -mount NAME [-port P] [-timeout SECONDS]}. */
final class MountCommand extends OnlineCommand {
    private static final String PORT = "-port";
    private static final String TIMEOUT = "-timeout";
    static final int TIMEOUT_SECONDS = 600;

    @Override
    public String name() {
        return "-mount";
    }

    @Override
    public String arguments() {
        return "NAME [" + PORT + " P] [" + TIMEOUT + " SECONDS]";
    }

    @Override
    public String description() {
        return "Makes a snapshot readable by every HDFS client, under the URI that is printed: starts a read-only NameNode of"
                + " it on this host, as this user, and returns when its blocks are reported. The NameNode runs on until"
                + " -umount. Exit code 1 when blocks have no replica. It needs the NameNode's heap: give it by"
                + " HDFS_VOLSNAP_OPTS.";
    }

    @Override
    public Map<String, String> options() {
        return ImmutableMap.of(
                "NAME",
                "The snapshot to mount.",
                PORT,
                "The port of its RPC server. Without it, or 0: a free one.",
                TIMEOUT,
                "Wait so long for DataNodes to report; " + TIMEOUT_SECONDS + " without it.");
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        List<String> left = new ArrayList<>(arguments);
        int port = Arguments.count(PORT, left, 0);
        if (port > 0xffff) {
            throw new UsageException(PORT + " needs a port, 0 to 65535");
        }
        Duration timeout = Duration.ofSeconds(Arguments.count(TIMEOUT, left, TIMEOUT_SECONDS));
        String name = Arguments.name(left);
        return (nameNode, console) -> {
            String replaces = gone(nameNode, name, console).orElse("");
            return new MountLauncher(conf, console).launch(new MountRequest(name, port, replaces, timeout));
        };
    }

    /** The block pool id of a mount that nobody serves any more. */
    private static Optional<String> gone(VolsnapProtocol nameNode, String name, Console console) throws IOException {
        Optional<MountProto> mount = MountProbe.registered(nameNode, name);
        if (mount.isPresent()) {
            if (MountProbe.answers(mount.get())) {
                throw new RefusedException("snapshot " + name + " is mounted at " + MountAddress.uri(mount.get()));
            }
            console.err().println("The mount at " + MountAddress.uri(mount.get()) + " does not answer: replacing it");
        }
        return mount.map(MountProto::getBlockPoolId);
    }
}
