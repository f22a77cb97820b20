/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.mount;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DFSUtilClient;
import org.apache.hadoop.hdfs.HAUtilClient;
import org.volsnap.conf.VolsnapKeys;

/** The name under which clients and DataNodes find this host. */
final class MountHost {
    private MountHost() {}

    /**
     * The configured one; else that of the address from which this host talks to the NameNode. On the NameNode's own host
     * that may be the loopback address, which is of no use to others: then it is the NameNode's name.
     */
    static String of(Configuration conf) throws IOException {
        String configured = conf.getTrimmed(VolsnapKeys.MOUNT_HOST);
        if (configured != null && !configured.isEmpty()) {
            return configured;
        }
        InetSocketAddress nameNode = nameNode(conf);
        if (nameNode.isUnresolved()) {
            throw new UnknownHostException(nameNode.getHostString());
        }
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(nameNode);
            InetAddress local = socket.getLocalAddress();
            return local.isLoopbackAddress() ? nameNode.getHostString() : nameOf(local);
        }
    }

    private static InetSocketAddress nameNode(Configuration conf) {
        URI uri = FileSystem.getDefaultUri(conf);
        if (!HAUtilClient.isLogicalUri(conf, uri)) {
            return DFSUtilClient.getNNAddress(uri);
        }
        Map<String, InetSocketAddress> nameNodes =
                DFSUtilClient.getHaNnRpcAddresses(conf).getOrDefault(uri.getHost(), Map.of());
        return nameNodes.values().iterator().next();
    }

    /** The name, if it leads back here. */
    private static String nameOf(InetAddress local) {
        String name = local.getCanonicalHostName();
        try {
            return InetAddress.getByName(name).equals(local) ? name : local.getHostAddress();
        } catch (UnknownHostException e) {
            return local.getHostAddress();
        }
    }
}
