/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSUtilClient;
import org.apache.hadoop.hdfs.NameNodeProxiesClient;
import org.apache.hadoop.hdfs.server.namenode.ha.HAProxyFactory;
import org.apache.hadoop.ipc.ProtobufRpcEngine2;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.security.UserGroupInformation;
import org.jspecify.annotations.Nullable;

/** Makes proxies as {@code NameNodeProxies} does, which knows only Hadoop's own protocols. */
final class NameNodeProxy extends NameNodeProxiesClient {
    private NameNodeProxy() {}

    /** A proxy that follows failovers where the URI names a nameservice with several NameNodes. */
    static VolsnapProtocol create(Configuration conf, URI nameNode, Duration timeout) throws IOException {
        var provider = createFailoverProxyProvider(
                conf, nameNode, VolsnapProtocol.class, true, new AtomicBoolean(), new Factory(timeout));
        return provider == null
                ? create(conf, DFSUtilClient.getNNAddress(nameNode), UserGroupInformation.getCurrentUser(), timeout)
                : createHAProxy(conf, nameNode, VolsnapProtocol.class, provider).getProxy();
    }

    static VolsnapTranslator create(
            Configuration conf, InetSocketAddress address, UserGroupInformation user, Duration timeout)
            throws IOException {
        // The engine is set in a copy: it must not show up in the caller's configuration.
        Configuration own = new Configuration(conf);
        RPC.setProtocolEngine(own, VolsnapProtocolPB.class, ProtobufRpcEngine2.class);
        return new VolsnapTranslator(RPC.getProtocolProxy(
                        VolsnapProtocolPB.class,
                        RPC.getProtocolVersion(VolsnapProtocolPB.class),
                        address,
                        user,
                        own,
                        NetUtils.getDefaultSocketFactory(own),
                        Math.toIntExact(timeout.toMillis()),
                        null)
                .getProxy());
    }

    private record Factory(Duration timeout) implements HAProxyFactory<VolsnapProtocol> {
        @Override
        public VolsnapProtocol createProxy(
                Configuration conf,
                InetSocketAddress address,
                Class<VolsnapProtocol> protocol,
                UserGroupInformation user,
                boolean withRetries,
                @Nullable AtomicBoolean fallbackToSimpleAuth)
                throws IOException {
            return create(conf, address, user, timeout);
        }

        @Override
        public VolsnapProtocol createProxy(
                Configuration conf,
                InetSocketAddress address,
                Class<VolsnapProtocol> protocol,
                UserGroupInformation user,
                boolean withRetries)
                throws IOException {
            return create(conf, address, user, timeout);
        }
    }
}
