/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.protocol.NamespaceDownload;
import org.volsnap.protocol.VolsnapClient;
import org.volsnap.protocol.proto.VolsnapProtos.KeptNamespacesRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.NamespaceCopyProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/**
 * Lets every NameNode of a nameservice have its own copy of every kept namespace: over and over, each fetches what it lacks
 * from another one that has it, whichever of them is active, and checks it. A NameNode that stands by follows the registry
 * for that, and removes what the registry calls deleted. Without partners it does nothing.
 */
final class Partners implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Partners.class);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);

    private final VolsnapNameNodeBridge nameNode;
    private final RegistryKeeper registry;
    private final NamespaceKeeper namespaces;
    private final Configuration conf;
    private final Collection<InetSocketAddress> others;
    private volatile Map<Long, Integer> elsewhere = Map.of();
    private List<String> troubles = List.of();

    Partners(VolsnapNameNodeBridge nameNode, RegistryKeeper registry, NamespaceKeeper namespaces, Configuration conf) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.namespaces = requireNonNull(namespaces, "namespaces is null");
        this.conf = requireNonNull(conf, "conf is null");
        this.others =
                Nameservice.of(conf).map(Nameservice::others).orElse(Map.of()).values();
    }

    /** How many copies of this snapshot's namespace the others had when they were asked last. */
    int copiesElsewhere(long snapshotId) {
        return elsewhere.getOrDefault(snapshotId, 0);
    }

    @Override
    public void run() {
        if (others.isEmpty()) {
            return;
        }
        List<String> now = new ArrayList<>();
        try {
            round(now);
        } catch (IOException | RuntimeException e) {
            now.add(String.valueOf(e.getMessage()));
        }
        if (!now.equals(troubles)) {
            LOG.info("kept namespaces and other NameNodes: {}", now.isEmpty() ? "all well" : now);
        }
        troubles = List.copyOf(now);
    }

    private void round(List<String> now) throws IOException {
        if (!nameNode.isActive()) {
            registry.reload();
        }
        namespaces.removeOrphans(registry.current()::isDeleted);
        Map<Long, Integer> seen = new HashMap<>();
        for (InetSocketAddress other : others) {
            try {
                ask(other, seen);
            } catch (IOException e) {
                now.add(other + ": " + e.getMessage());
            }
        }
        elsewhere = Map.copyOf(seen);
    }

    private void ask(InetSocketAddress other, Map<Long, Integer> seen) throws IOException {
        try (VolsnapClient client = VolsnapClient.connectOnce(conf, other, ANSWER_TIMEOUT)) {
            NamespaceDownload download = new NamespaceDownload(client);
            for (NamespaceCopyProto kept : client.keptNamespaces(KeptNamespacesRequestProto.getDefaultInstance())
                    .getNamespacesList()) {
                if (kept.getCopies() > 0) {
                    seen.merge(kept.getSnapshotId(), kept.getCopies(), Integer::sum);
                    complete(kept.getSnapshotId(), download);
                }
            }
        }
    }

    private void complete(long id, NamespaceDownload download) throws IOException {
        SnapshotProto snapshot = registry.current().find(id).orElse(null);
        if (snapshot != null && SnapshotState.of(snapshot.getState()) == SnapshotState.ACTIVE) {
            namespaces.complete(snapshot, directory -> download.fetch(snapshot, directory));
        }
    }
}
