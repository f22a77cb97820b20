/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.apache.hadoop.hdfs.server.datanode;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * What volsnap needs of a running DataNode, through what Hadoop keeps to its own package: the nameservices that it serves,
 * and its block scanner's attention. Safe for many threads.
 */
@NullMarked
public final class VolsnapDataNodeBridge {
    private final DataNode dataNode;

    public VolsnapDataNodeBridge(DataNode dataNode) {
        this.dataNode = requireNonNull(dataNode, "dataNode is null");
    }

    /** A nameservice that is served now, and the threads that do it. */
    public static final class Served {
        private final BPOfferService service;
        private final List<BPServiceActor> actors;

        private Served(BPOfferService service) {
            this.service = service;
            this.actors = service.getBPServiceActors();
        }

        /** Null when the configuration names no nameservices. */
        public @Nullable String nameserviceId() {
            return service.getNameserviceId();
        }

        /** Empty until a NameNode has told it. */
        public Optional<String> blockPoolId() {
            return Optional.ofNullable(service.getBlockPoolId(true));
        }

        /** By NameNode id, which is null in a nameservice that has one NameNode. */
        public Map<@Nullable String, InetSocketAddress> nameNodes() {
            Map<@Nullable String, InetSocketAddress> addresses = new LinkedHashMap<>();
            actors.forEach(actor -> addresses.put(actor.getNnId(), actor.getNNSocketAddress()));
            return addresses;
        }

        /** Waits until the last of its threads has ended: it is the one that closes the block pool. */
        public void awaitEnd() throws InterruptedException {
            for (BPServiceActor actor : actors) {
                Thread thread = actor.bpThread;
                if (thread != null) {
                    thread.join();
                }
            }
        }
    }

    /** Every nameservice that is served now, in the order in which they were added. */
    public List<Served> served() {
        List<Served> found = new ArrayList<>();
        dataNode.getAllBpOs().forEach(service -> found.add(new Served(service)));
        return found;
    }

    /**
     * A live replica did not match its checksums: has the block scanner look at it soon, which reports it when that is so;
     * where it is turned off, reports it at once. As {@code DataNode.handleBadBlock} does when a transfer finds that.
     */
    public void suspect(ExtendedBlock block, String reason) {
        dataNode.handleBadBlock(block, new DiskFileCorruptException(reason), false);
    }
}
