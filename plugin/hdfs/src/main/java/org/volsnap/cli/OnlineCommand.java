/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.apache.hadoop.hdfs.client.HdfsClientConfigKeys;
import org.volsnap.protocol.VolsnapClient;
import org.volsnap.protocol.VolsnapProtocol;

/** A command that asks a running NameNode. */
abstract class OnlineCommand implements Command {
    /** What is left to do once the arguments are understood. */
    @FunctionalInterface
    interface Action {
        /** @return the exit code */
        int run(VolsnapProtocol nameNode, Console console) throws IOException;
    }

    /** Understands the arguments; asks nobody. */
    abstract Action parse(Configuration conf, List<String> arguments);

    @Override
    public final int run(Configuration conf, Console console, List<String> arguments) throws IOException {
        Action action = parse(conf, arguments);
        try (VolsnapClient nameNode = VolsnapClient.connect(withBoundedRetries(conf))) {
            return action.run(nameNode, console);
        }
    }

    /** Hadoop's defaults try an absent NameNode for up to a quarter of an hour; somebody is waiting at a prompt here. */
    private static Configuration withBoundedRetries(Configuration conf) {
        Configuration bounded = new Configuration(conf);
        bounded.setInt(CommonConfigurationKeysPublic.IPC_CLIENT_CONNECT_MAX_RETRIES_KEY, 3);
        bounded.setInt(CommonConfigurationKeysPublic.IPC_CLIENT_CONNECT_MAX_RETRIES_ON_SOCKET_TIMEOUTS_KEY, 1);
        bounded.setInt(CommonConfigurationKeysPublic.IPC_CLIENT_CONNECT_TIMEOUT_KEY, 10_000);
        bounded.setInt(HdfsClientConfigKeys.Failover.MAX_ATTEMPTS_KEY, 4);
        return bounded;
    }
}
