/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.stream.Collectors.toMap;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSUtil;
import org.apache.hadoop.hdfs.DFSUtilClient;
import org.apache.hadoop.hdfs.HAUtil;

/**
 * The NameNodes that share their edits with the one of this host.
 *
 * @param id of the nameservice
 * @param self id of this host's NameNode
 * @param others ids of the others, and the addresses of their client RPC servers
 */
public record Nameservice(String id, String self, Map<String, InetSocketAddress> others) {
    public Nameservice {
        others = Map.copyOf(others);
    }

    /** From the configuration of a NameNode's host; empty where it has no partner. */
    public static Optional<Nameservice> of(Configuration conf) {
        String id = DFSUtil.getNamenodeNameServiceId(conf);
        if (id == null || !HAUtil.isHAEnabled(conf, id)) {
            return Optional.empty();
        }
        String self = HAUtil.getNameNodeId(conf, id);
        Map<String, InetSocketAddress> others =
                DFSUtilClient.getHaNnRpcAddresses(conf).getOrDefault(id, Map.of()).entrySet().stream()
                        .filter(nameNode -> !nameNode.getKey().equals(self))
                        .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
        return Optional.of(new Nameservice(id, self, others));
    }
}
