/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.mount;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeys;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.DFSUtil;
import org.apache.hadoop.hdfs.DFSUtilClient;
import org.apache.hadoop.hdfs.client.HdfsClientConfigKeys;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.StartupOption;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.net.NetUtils;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a snapshot's NameNode: that of the cluster, but for where its files and addresses are, and without
 * partners, shared edits, plugins and lists of hosts. Logins, tokens, permissions and encryption stay as they are.
 */
final class SnapshotConfiguration {
    /** More blocks than there are, and more DataNodes than there can be: safe mode never ends. */
    private static final float MORE_THAN_ALL = 1.5f;

    private static final List<String> OF_ANOTHER = List.of(
            HdfsClientConfigKeys.DFS_NAMESERVICES,
            DFSConfigKeys.DFS_NAMESERVICE_ID,
            DFSConfigKeys.DFS_INTERNAL_NAMESERVICES_KEY,
            DFSConfigKeys.DFS_HA_AUTO_FAILOVER_ENABLED_KEY,
            DFSConfigKeys.DFS_NAMENODE_SHARED_EDITS_DIR_KEY,
            DFSConfigKeys.DFS_NAMENODE_EDITS_DIR_MINIMUM_KEY,
            DFSConfigKeys.DFS_NAMENODE_EDITS_DIR_REQUIRED_KEY,
            DFSConfigKeys.DFS_NAMENODE_NAME_DIR_RESTORE_KEY,
            DFSConfigKeys.DFS_NAMENODE_PLUGINS_KEY,
            DFSConfigKeys.DFS_NAMENODE_SERVICE_RPC_ADDRESS_KEY,
            DFSConfigKeys.DFS_NAMENODE_SERVICE_RPC_BIND_HOST_KEY,
            DFSConfigKeys.DFS_NAMENODE_LIFELINE_RPC_ADDRESS_KEY,
            DFSConfigKeys.DFS_NAMENODE_LIFELINE_RPC_BIND_HOST_KEY,
            DFSConfigKeys.DFS_PROVIDED_ALIASMAP_INMEMORY_ENABLED,
            // A DataNode that is being taken out may have the only replica.
            DFSConfigKeys.DFS_HOSTS,
            DFSConfigKeys.DFS_HOSTS_EXCLUDE);

    private SnapshotConfiguration() {}

    /**
     * The cluster's configuration as its NameNodes see it: what is set for one nameservice, or NameNode, is in force.
     */
    static Configuration ofNameNode(Configuration conf) {
        Configuration own = new Configuration(conf);
        String nameservice = nameservice(own);
        if (nameservice != null) {
            NameNode.initializeGenericKeys(own, nameservice, nameNode(own, nameservice));
            own.set(CommonConfigurationKeys.FS_DEFAULT_NAME_KEY, conf.get(CommonConfigurationKeys.FS_DEFAULT_NAME_KEY));
        }
        return own;
    }

    /** The one that commands go to; null where none is configured. */
    private static @Nullable String nameservice(Configuration conf) {
        String host = FileSystem.getDefaultUri(conf).getHost();
        var ids = DFSUtilClient.getNameServiceIds(conf);
        if (ids.contains(host)) {
            return host;
        }
        String address = FileSystem.getDefaultUri(conf).getAuthority();
        return ids.stream()
                .filter(id -> conf.get(DFSConfigKeys.DFS_NAMENODE_RPC_ADDRESS_KEY + "." + id, "")
                        .equals(address))
                .findFirst()
                .orElse(null);
    }

    /** The one of this host; null on any other host, and where several would be. */
    private static @Nullable String nameNode(Configuration conf, String nameservice) {
        String configured = conf.getTrimmed(DFSConfigKeys.DFS_HA_NAMENODE_ID_KEY);
        if (configured != null) {
            return configured;
        }
        List<String> here = DFSUtilClient.getNameNodeIds(conf, nameservice).stream()
                .filter(id -> isHere(conf.getTrimmed(
                        DFSUtil.addKeySuffixes(DFSConfigKeys.DFS_NAMENODE_RPC_ADDRESS_KEY, nameservice, id))))
                .toList();
        return here.size() == 1 ? here.get(0) : null;
    }

    private static boolean isHere(@Nullable String address) {
        if (address == null) {
            return false;
        }
        InetSocketAddress resolved = NetUtils.createSocketAddr(address);
        return !resolved.isUnresolved() && NetUtils.isLocalAddress(resolved.getAddress());
    }

    /**
     * @param conf of the cluster's NameNodes
     * @param nameDir where the namespace is
     * @param host where clients and DataNodes find this host
     * @param port of the RPC server; 0 for a free one
     */
    static Configuration of(Configuration conf, Path nameDir, String host, int port) {
        Configuration own = new Configuration(conf);
        OF_ANOTHER.forEach(own::unset);
        // Hadoop looks for an address of this host among the configured ones unless it is told which NameNode this is.
        own.set(DFSConfigKeys.DFS_HA_NAMENODE_ID_KEY, "volsnap-mount");
        String directory = nameDir.toUri().toString();
        own.set(DFSConfigKeys.DFS_NAMENODE_NAME_DIR_KEY, directory);
        own.set(DFSConfigKeys.DFS_NAMENODE_EDITS_DIR_KEY, directory);
        own.set(DFSConfigKeys.DFS_NAMENODE_STARTUP_KEY, StartupOption.REGULAR.name());
        own.setLong(DFSConfigKeys.DFS_NAMENODE_CHECKPOINT_TXNS_KEY, Long.MAX_VALUE);
        own.setLong(DFSConfigKeys.DFS_NAMENODE_CHECKPOINT_PERIOD_KEY, Integer.MAX_VALUE);
        own.setInt(DFSConfigKeys.DFS_NAMENODE_METRICS_LOGGER_PERIOD_SECONDS_KEY, 0);
        own.setFloat(DFSConfigKeys.DFS_NAMENODE_SAFEMODE_THRESHOLD_PCT_KEY, MORE_THAN_ALL);
        own.setInt(DFSConfigKeys.DFS_NAMENODE_SAFEMODE_MIN_DATANODES_KEY, Integer.MAX_VALUE);
        own.setInt(DFSConfigKeys.DFS_NAMENODE_SAFEMODE_REPLICATION_MIN_KEY, 1);
        own.setLong(DFSConfigKeys.DFS_NAMENODE_ACCESSTIME_PRECISION_KEY, 0);
        own.set(DFSConfigKeys.DFS_NAMENODE_RPC_ADDRESS_KEY, host + ":" + port);
        own.set(CommonConfigurationKeys.FS_DEFAULT_NAME_KEY, "hdfs://" + host + ":" + port);
        own.set(DFSConfigKeys.DFS_NAMENODE_HTTP_ADDRESS_KEY, host + ":0");
        own.set(DFSConfigKeys.DFS_NAMENODE_HTTPS_ADDRESS_KEY, host + ":0");
        return own;
    }
}
