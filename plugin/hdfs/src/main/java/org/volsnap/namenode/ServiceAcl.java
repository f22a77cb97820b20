/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeys;
import org.apache.hadoop.hdfs.HDFSPolicyProvider;
import org.apache.hadoop.ipc.Server;
import org.apache.hadoop.security.authorize.PolicyProvider;
import org.apache.hadoop.security.authorize.Service;
import org.jspecify.annotations.Nullable;
import org.volsnap.protocol.VolsnapProtocolPB;

/**
 * The access list of the protocol, {@code security.volsnap.protocol.acl} in {@code hadoop-policy.xml}. {@code hdfs
 * dfsadmin -refreshServiceAcl} knows only Hadoop's own protocols and throws it away; until it is put back no new
 * connection gets in. Connections that are there stay: Hadoop asks its lists once for each.
 */
final class ServiceAcl {
    static final String KEY = "security.volsnap.protocol.acl";

    private final Server server;
    private final boolean enabled;

    /** What the NameNode was started with; null once that has been read. */
    @GuardedBy("this")
    private @Nullable Configuration atStart;

    /** @param conf of the NameNode: says whether Hadoop asks access lists at all, which no refresh changes */
    ServiceAcl(Configuration conf, Server server) {
        this.server = requireNonNull(server, "server is null");
        this.enabled = conf.getBoolean(CommonConfigurationKeys.HADOOP_SECURITY_AUTHORIZATION, false);
        this.atStart = conf;
    }

    /**
     * Sets the access list where it is missing: at the start as the NameNode's configuration has it, after a refresh,
     * which is there to read the files again, as the files have it now. Hadoop's own lists are read from there once
     * more.
     */
    synchronized void assertPresent() {
        if (enabled
                && !server.getServiceAuthorizationManager()
                        .getProtocolsWithAcls()
                        .contains(VolsnapProtocolPB.class)) {
            // As the constructor and refreshServiceAcl of NameNodeRpcServer: later, what this process was started with
            // must not hide the files.
            server.refreshServiceAcl(atStart != null ? atStart : new Configuration(), new Policy());
            atStart = null;
        }
    }

    private static final class Policy extends PolicyProvider {
        @Override
        public Service[] getServices() {
            return Stream.concat(
                            Stream.of(new HDFSPolicyProvider().getServices()),
                            Stream.of(new Service(KEY, VolsnapProtocolPB.class)))
                    .toArray(Service[]::new);
        }
    }
}
