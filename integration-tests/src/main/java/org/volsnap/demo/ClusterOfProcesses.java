/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.volsnap.testing.DaemonKind;
import org.volsnap.testing.DaemonProcess;
import org.volsnap.testing.ProcessCluster;

/** A cluster of processes, which anybody may kill: what runs is asked each time. */
final class ClusterOfProcesses implements PlayedCluster {
    private final ProcessCluster cluster;
    private final Terminal terminal;

    /** Shows the process id of each daemon, now and after each start. */
    ClusterOfProcesses(ProcessCluster cluster, Terminal terminal) {
        this.cluster = requireNonNull(cluster, "cluster is null");
        this.terminal = requireNonNull(terminal, "terminal is null");
        show(cluster.daemons());
    }

    private void show(List<DaemonProcess> daemons) {
        daemons.forEach(daemon -> terminal.say("    kill -9 " + daemon.pid() + "    # " + daemon.name()));
    }

    @Override
    public Configuration configuration() {
        // Commands are typed on the NameNode's host.
        return cluster.configuration(0);
    }

    @Override
    public String webAddress() {
        return cluster.configuration().get(DFSConfigKeys.DFS_NAMENODE_HTTP_ADDRESS_KEY);
    }

    @Override
    public boolean isInSafeMode() throws IOException {
        try (DistributedFileSystem fileSystem = cluster.newFileSystem()) {
            return fileSystem.setSafeMode(SafeModeAction.GET);
        }
    }

    @Override
    public synchronized void stop(DaemonKind daemon) throws IOException {
        List<DaemonProcess> running =
                cluster.daemons(daemon).stream().filter(DaemonProcess::isAlive).toList();
        if (running.isEmpty()) {
            throw new IOException(daemon.title() + " is not running");
        }
        running.forEach(DaemonProcess::stop);
    }

    /** Starts those that do not run; the NameNode answers when this returns. */
    @Override
    public synchronized void start(DaemonKind daemon) throws IOException {
        List<DaemonProcess> gone = cluster.daemons(daemon).stream()
                .filter(Predicate.not(DaemonProcess::isAlive))
                .toList();
        if (gone.isEmpty()) {
            throw new IOException(daemon.title() + " is running already");
        }
        for (DaemonProcess process : gone) {
            process.start();
        }
        show(gone);
        if (daemon == DaemonKind.NAMENODE) {
            cluster.awaitAnswer();
        }
    }

    @Override
    public void close() {
        cluster.stopAll();
    }
}
