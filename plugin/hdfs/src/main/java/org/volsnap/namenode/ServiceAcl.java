/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeys;
import org.apache.hadoop.hdfs.HDFSPolicyProvider;
import org.apache.hadoop.ipc.Server;
import org.apache.hadoop.security.authorize.PolicyProvider;
import org.apache.hadoop.security.authorize.Service;
import org.volsnap.protocol.VolsnapProtocolPB;

/**
 * The access list of the protocol, {@code security.volsnap.protocol.acl} in {@code hadoop-policy.xml}. {@code hdfs dfsadmin
 * -refreshServiceAcl} knows only Hadoop's own protocols and throws it away; until it is put back nobody gets in.
 */
final class ServiceAcl {
    static final String KEY = "security.volsnap.protocol.acl";

    private final Configuration conf;
    private final Server server;

    ServiceAcl(Configuration conf, Server server) {
        this.conf = requireNonNull(conf, "conf is null");
        this.server = requireNonNull(server, "server is null");
    }

    /** Sets the access list where it is missing. */
    void assertPresent() {
        if (conf.getBoolean(CommonConfigurationKeys.HADOOP_SECURITY_AUTHORIZATION, false)
                && !server.getServiceAuthorizationManager()
                        .getProtocolsWithAcls()
                        .contains(VolsnapProtocolPB.class)) {
            server.refreshServiceAcl(conf, new Policy());
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
