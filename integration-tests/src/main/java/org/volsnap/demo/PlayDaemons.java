/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.volsnap.testing.VolsnapCluster;

/** Stops and starts what {@code hdfs --daemon} stops and starts on the hosts of a real cluster. Safe for many threads. */
final class PlayDaemons {
    private final VolsnapCluster cluster;
    private final Set<Daemon> running = EnumSet.allOf(Daemon.class);

    /** What has a process of its own elsewhere; all DataNodes are one, as if they were on one host. */
    enum Daemon {
        NAMENODE,
        DATANODE;

        /** As it is typed. */
        String title() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param cluster all of it is running */
    PlayDaemons(VolsnapCluster cluster) {
        this.cluster = requireNonNull(cluster, "cluster is null");
    }

    /** @throws IOException when it can't be stopped */
    synchronized void stop(Daemon daemon) throws IOException {
        if (!running.remove(daemon)) {
            throw new IOException(daemon.title() + " is not running");
        }
        switch (daemon) {
            case NAMENODE -> cluster.stopNameNode();
            case DATANODE -> cluster.stopDataNodes();
        }
    }

    /** @throws IOException when it can't be started */
    synchronized void start(Daemon daemon) throws IOException {
        if (running.contains(daemon)) {
            throw new IOException(daemon.title() + " is running already");
        }
        switch (daemon) {
            case NAMENODE -> cluster.startNameNode();
            case DATANODE -> cluster.startDataNodes();
        }
        running.add(daemon);
    }
}
