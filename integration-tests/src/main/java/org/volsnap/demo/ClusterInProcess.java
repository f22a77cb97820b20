/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.testing.DaemonKind;
import org.volsnap.testing.VolsnapCluster;

/** A cluster in this process. */
final class ClusterInProcess implements PlayedCluster {
    private final VolsnapCluster cluster;
    private final Set<DaemonKind> running = EnumSet.of(DaemonKind.NAMENODE, DaemonKind.DATANODE);

    /** @param cluster all of it is running */
    ClusterInProcess(VolsnapCluster cluster) {
        this.cluster = requireNonNull(cluster, "cluster is null");
    }

    @Override
    public Configuration configuration() {
        return cluster.configuration();
    }

    @Override
    public String webAddress() {
        return cluster.nameNode().getHttpAddress().getHostString() + ":"
                + cluster.nameNode().getHttpAddress().getPort();
    }

    @Override
    public boolean isInSafeMode() {
        return cluster.nameNode().isInSafeMode();
    }

    @Override
    public synchronized void stop(DaemonKind daemon) throws IOException {
        if (!running.remove(daemon)) {
            throw new IOException(daemon.title() + " is not running");
        }
        if (daemon == DaemonKind.NAMENODE) {
            cluster.stopNameNode();
        } else {
            cluster.stopDataNodes();
        }
    }

    @Override
    public synchronized void start(DaemonKind daemon) throws IOException {
        if (running.contains(daemon)) {
            throw new IOException(daemon.title() + " is running already");
        }
        if (daemon == DaemonKind.NAMENODE) {
            cluster.startNameNode();
        } else {
            cluster.startDataNodes();
        }
        running.add(daemon);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
