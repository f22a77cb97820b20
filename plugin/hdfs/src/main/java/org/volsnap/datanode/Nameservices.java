/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toSet;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.hdfs.DFSUtil;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.VolsnapDataNodeBridge;
import org.apache.hadoop.hdfs.server.datanode.VolsnapDataNodeBridge.Served;
import org.jspecify.annotations.Nullable;
import org.volsnap.datanode.NameserviceList.Nameservice;

/**
 * Takes a running DataNode out of a nameservice and back into it, as {@code hdfs dfsadmin -refreshNamenodes} does after a
 * change of the configuration. Leaving makes Hadoop close the block pool, joining makes it open the pool as at a start.
 * All other nameservices are served on. For one thread.
 */
class Nameservices {
    private final DataNode dataNode;
    private final VolsnapDataNodeBridge bridge;

    Nameservices(DataNode dataNode) {
        this.dataNode = requireNonNull(dataNode, "dataNode is null");
        this.bridge = new VolsnapDataNodeBridge(dataNode);
    }

    /**
     * That this DataNode serves a nameservice.
     *
     * @param nameservice to join again
     * @param threads those that do it
     */
    record Membership(Nameservice nameservice, Threads threads) {}

    /** Can be waited for. */
    @FunctionalInterface
    interface Threads {
        void awaitEnd() throws InterruptedException;
    }

    /** Of all nameservices that are served, as far as they have ids. Safe for many threads. */
    Set<String> ids() {
        return bridge.served().stream()
                .map(Served::nameserviceId)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .collect(toSet());
    }

    /** In the nameservice of this block pool; empty when none with it is served. */
    Optional<Membership> find(String blockPoolId) throws IOException {
        for (Served each : bridge.served()) {
            if (each.blockPoolId().filter(blockPoolId::equals).isPresent()) {
                return Optional.of(new Membership(describe(each), each::awaitEnd));
            }
        }
        return Optional.empty();
    }

    /** Returns when the pool is closed and its threads have ended. Can be repeated when it failed. */
    void leave(Membership membership) throws IOException, InterruptedException {
        NameserviceList others = served().without(membership.nameservice());
        refresh(others.nameservices().isEmpty() ? others.with(NameserviceList.STAND_IN) : others);
        membership.threads().awaitEnd();
    }

    /** After {@link #leave}; returns before the pool is open again. Can be repeated when it failed. */
    void join(Membership membership) throws IOException {
        join(membership.nameservice());
    }

    /** Begins to serve one more nameservice; returns before its block pool is open. Can be repeated when it failed. */
    void join(Nameservice added) throws IOException {
        refresh(served().with(added).without(NameserviceList.STAND_IN));
    }

    /** As {@link #leave(Membership)}; nothing when it is not served. */
    void leave(String id) throws IOException, InterruptedException {
        for (Served each : bridge.served()) {
            if (id.equals(each.nameserviceId())) {
                leave(new Membership(describe(each), each::awaitEnd));
            }
        }
    }

    private void refresh(NameserviceList list) throws IOException {
        dataNode.refreshNamenodes(list.toConfiguration());
    }

    /** Asked anew each time: an operator may have refreshed the list meanwhile. */
    private NameserviceList served() throws IOException {
        ImmutableList.Builder<Nameservice> nameservices = ImmutableList.builder();
        for (Served each : bridge.served()) {
            nameservices.add(describe(each));
        }
        return new NameserviceList(nameservices.build());
    }

    /** Where lifelines go is not to be had from Hadoop's threads; only the configuration says it. */
    private Nameservice describe(Served served) throws IOException {
        @Nullable String id = served.nameserviceId();
        Map<@Nullable String, InetSocketAddress> lifelines =
                DFSUtil.getNNLifelineRpcAddressesForCluster(dataNode.getConf()).get(id);
        return new Nameservice(id, served.nameNodes(), lifelines == null ? Map.of() : new LinkedHashMap<>(lifelines));
    }
}
