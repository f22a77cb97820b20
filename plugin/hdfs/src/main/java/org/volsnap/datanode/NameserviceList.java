/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import com.google.common.collect.ImmutableList;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.DFSUtil;
import org.apache.hadoop.hdfs.client.HdfsClientConfigKeys;
import org.apache.hadoop.net.NetUtils;
import org.jspecify.annotations.Nullable;

/**
 * The nameservices that a DataNode is to serve. {@code DataNode.refreshNamenodes} takes them as a configuration and drops
 * every one that is not in it, so the list is always the whole one: what is served, not what the files say, because a
 * nameservice may have been added to the running DataNode.
 */
record NameserviceList(ImmutableList<Nameservice> nameservices) {
    /**
     * Served while no other nameservice is left: a DataNode without any ends itself ({@code DataNode.join}). Nobody can
     * listen on port 0.
     */
    static final Nameservice STAND_IN = new Nameservice(
            "volsnap-stand-in", Collections.singletonMap(null, new InetSocketAddress("127.0.0.1", 0)), Map.of());

    /**
     * One nameservice.
     *
     * @param id null when the configuration names no nameservices
     * @param nameNodes addresses for DataNodes by NameNode id, which is null where there is one NameNode
     * @param lifelines addresses for lifeline messages, where they are configured
     */
    record Nameservice(
            @Nullable String id,
            Map<@Nullable String, InetSocketAddress> nameNodes,
            Map<@Nullable String, InetSocketAddress> lifelines) {}

    /** This list without one nameservice. */
    NameserviceList without(Nameservice gone) {
        return new NameserviceList(nameservices.stream()
                .filter(each -> !Objects.equals(each.id(), gone.id()))
                .collect(ImmutableList.toImmutableList()));
    }

    /** This list with one nameservice; the list itself when it is there. */
    NameserviceList with(Nameservice added) {
        return contains(added)
                ? this
                : new NameserviceList(ImmutableList.<Nameservice>builder()
                        .addAll(nameservices)
                        .add(added)
                        .build());
    }

    boolean contains(Nameservice sought) {
        return nameservices.stream().anyMatch(each -> Objects.equals(each.id(), sought.id()));
    }

    /** What {@code DataNode.refreshNamenodes} reads this list from; nothing else is in there. */
    Configuration toConfiguration() {
        List<@Nullable String> ids = new ArrayList<>();
        nameservices.forEach(each -> ids.add(each.id()));
        Configuration conf = new WithIds(ids);
        nameservices.forEach(each -> set(conf, each));
        return conf;
    }

    /**
     * A configuration whose list of nameservices can name one without an id beside others. Written as text it could not;
     * what Hadoop makes of the list has such a one: {@code DFSUtilClient} looks for its keys without a suffix, and {@code
     * BlockPoolManager} keeps it under null.
     */
    private static final class WithIds extends Configuration {
        private final List<@Nullable String> ids;

        WithIds(List<@Nullable String> ids) {
            super(false);
            this.ids = ids;
            setStrings(
                    DFSConfigKeys.DFS_NAMESERVICES,
                    ids.stream().filter(Objects::nonNull).toArray(String[]::new));
        }

        @Override
        public Collection<@Nullable String> getTrimmedStringCollection(String name) {
            return name.equals(DFSConfigKeys.DFS_NAMESERVICES) ? ids : super.getTrimmedStringCollection(name);
        }
    }

    private static void set(Configuration conf, Nameservice nameservice) {
        List<String> ids = nameservice.nameNodes().keySet().stream()
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
        if (!ids.isEmpty()) {
            conf.setStrings(
                    DFSUtil.addKeySuffixes(HdfsClientConfigKeys.DFS_HA_NAMENODES_KEY_PREFIX, nameservice.id()),
                    ids.toArray(String[]::new));
        }
        set(conf, DFSConfigKeys.DFS_NAMENODE_RPC_ADDRESS_KEY, nameservice.id(), nameservice.nameNodes());
        set(conf, DFSConfigKeys.DFS_NAMENODE_LIFELINE_RPC_ADDRESS_KEY, nameservice.id(), nameservice.lifelines());
    }

    private static void set(
            Configuration conf, String key, @Nullable String id, Map<@Nullable String, InetSocketAddress> addresses) {
        new LinkedHashMap<>(addresses)
                .forEach((nameNode, address) ->
                        conf.set(DFSUtil.addKeySuffixes(key, id, nameNode), NetUtils.getHostPortString(address)));
    }
}
