/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import static org.apache.hadoop.hdfs.client.HdfsClientConfigKeys.DFS_NAMESERVICES;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.client.HdfsClientConfigKeys;
import org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider;
import org.volsnap.conf.VolsnapKeys;

/** Addresses and directories of the daemons of a {@link ProcessCluster}, as configurations. */
final class ProcessLayout {
    private static final String NAMESERVICE = "ns1";
    private static final String ANY_PORT = "127.0.0.1:0";
    private static final List<String> PAIR = List.of("nn1", "nn2");

    private final Configuration common;
    private final List<String> nameNodeIds;
    private final List<String> journalAddresses;

    private ProcessLayout(Configuration common, List<String> nameNodeIds, List<String> journalAddresses) {
        this.common = common;
        this.nameNodeIds = nameNodeIds;
        this.journalAddresses = journalAddresses;
    }

    static ProcessLayout single(Configuration conf) {
        Ports ports = new Ports();
        Configuration common = new Configuration(conf);
        common.set("fs.defaultFS", "hdfs://" + ports.next());
        common.set(DFSConfigKeys.DFS_NAMENODE_HTTP_ADDRESS_KEY, ports.next());
        return new ProcessLayout(common, List.of(""), List.of());
    }

    static ProcessLayout pair(Configuration conf) {
        Ports ports = new Ports();
        Configuration common = new Configuration(conf);
        common.unset(VolsnapKeys.NAMESPACE_DIR);
        // The standby follows within a second, not within minutes.
        common.set(DFSConfigKeys.DFS_HA_TAILEDITS_PERIOD_KEY, "200ms");
        common.set(DFSConfigKeys.DFS_HA_LOGROLL_PERIOD_KEY, "1s");
        common.set("fs.defaultFS", "hdfs://" + NAMESERVICE);
        common.set(DFS_NAMESERVICES, NAMESERVICE);
        common.set(HdfsClientConfigKeys.DFS_HA_NAMENODES_KEY_PREFIX + "." + NAMESERVICE, String.join(",", PAIR));
        common.set(
                HdfsClientConfigKeys.Failover.PROXY_PROVIDER_KEY_PREFIX + "." + NAMESERVICE,
                ConfiguredFailoverProxyProvider.class.getName());
        for (String id : PAIR) {
            String suffix = "." + NAMESERVICE + "." + id;
            common.set(HdfsClientConfigKeys.DFS_NAMENODE_RPC_ADDRESS_KEY + suffix, ports.next());
            common.set(DFSConfigKeys.DFS_NAMENODE_HTTP_ADDRESS_KEY + suffix, ports.next());
        }
        List<String> journals = Stream.generate(ports::next).limit(3).collect(Collectors.toUnmodifiableList());
        common.set(
                DFSConfigKeys.DFS_NAMENODE_SHARED_EDITS_DIR_KEY,
                "qjournal://" + String.join(";", journals) + "/" + NAMESERVICE);
        return new ProcessLayout(common, PAIR, journals);
    }

    Configuration clients() {
        return common;
    }

    int nameNodeCount() {
        return nameNodeIds.size();
    }

    /** {@code host:port} of each JournalNode; empty without them. */
    List<String> journalAddresses() {
        return journalAddresses;
    }

    Configuration nameNode(int index, Path directory) {
        Configuration own = new Configuration(common);
        own.set(DFSConfigKeys.DFS_NAMENODE_NAME_DIR_KEY, uri(directory.resolve("name")));
        if (nameNodeCount() > 1) {
            own.set(DFSConfigKeys.DFS_HA_NAMENODE_ID_KEY, nameNodeIds.get(index));
        }
        return own;
    }

    Configuration journalNode(int index, Path directory) {
        Configuration own = new Configuration(common);
        own.set(DFSConfigKeys.DFS_JOURNALNODE_RPC_ADDRESS_KEY, journalAddresses.get(index));
        own.set(DFSConfigKeys.DFS_JOURNALNODE_HTTP_ADDRESS_KEY, ANY_PORT);
        own.set(
                DFSConfigKeys.DFS_JOURNALNODE_EDITS_DIR_KEY,
                directory.resolve("edits").toString());
        return own;
    }

    Configuration dataNode(List<Path> storageVolumes) {
        Ports ports = new Ports();
        Configuration own = new Configuration(common);
        own.set(
                DFSConfigKeys.DFS_DATANODE_DATA_DIR_KEY,
                storageVolumes.stream().map(ProcessLayout::uri).collect(Collectors.joining(",")));
        own.set(DFSConfigKeys.DFS_DATANODE_ADDRESS_KEY, ports.next());
        own.set(DFSConfigKeys.DFS_DATANODE_IPC_ADDRESS_KEY, ports.next());
        own.set(DFSConfigKeys.DFS_DATANODE_HTTP_ADDRESS_KEY, ANY_PORT);
        return own;
    }

    private static String uri(Path path) {
        return path.toUri().toString();
    }
}
