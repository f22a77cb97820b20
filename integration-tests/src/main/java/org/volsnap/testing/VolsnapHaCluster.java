/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.MiniDFSCluster.DataNodeProperties;
import org.apache.hadoop.hdfs.qjournal.MiniQJMHACluster;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.hdfs.server.namenode.NameNodeAdapter;
import org.apache.hadoop.hdfs.server.namenode.ha.BootstrapStandby;
import org.apache.hadoop.io.IOUtils;
import org.volsnap.conf.VolsnapKeys;

/**
 * Two NameNodes that share their edits through three JournalNodes, and DataNodes, in this process, with volsnap enabled
 * as in production. The first NameNode is active after the start. Each keeps namespaces beside its own images. Not for
 * many threads.
 */
public final class VolsnapHaCluster implements AutoCloseable {
    private static final URI SERVICE = URI.create("hdfs://" + MiniQJMHACluster.NAMESERVICE);

    private final MiniQJMHACluster shared;
    private final MiniDFSCluster cluster;
    private final Configuration conf;
    private final DistributedFileSystem fileSystem;
    private final List<DataNodeProperties> stoppedDataNodes = new ArrayList<>();

    private VolsnapHaCluster(MiniQJMHACluster shared, Configuration conf) throws IOException {
        this.shared = shared;
        this.cluster = shared.getDfsCluster();
        this.conf = conf;
        // Not the cached one: another cluster of this process has the same name.
        this.fileSystem = (DistributedFileSystem) FileSystem.newInstance(SERVICE, configuration());
    }

    static VolsnapHaCluster start(ClusterBuilder builder) throws IOException {
        Configuration conf = builder.configuration();
        conf.unset(VolsnapKeys.NAMESPACE_DIR);
        // The standby follows within a second, not within minutes.
        conf.set(DFSConfigKeys.DFS_HA_TAILEDITS_PERIOD_KEY, "200ms");
        conf.set(DFSConfigKeys.DFS_HA_LOGROLL_PERIOD_KEY, "1s");
        MiniQJMHACluster.Builder stock = new MiniQJMHACluster.Builder(
                        conf, builder.baseDir().resolve("dfs").toFile())
                .baseDir(builder.baseDir().resolve("journal").toString());
        stock.getDfsBuilder().storagesPerDatanode(builder.volumeCount()).clusterId(builder.clusterId());
        VolsnapHaCluster cluster = new VolsnapHaCluster(stock.build(), conf);
        cluster.activate(0);
        // Only now: a DataNode waits for an active NameNode, and MiniDFSCluster for its DataNodes.
        cluster.mini().startDataNodes(conf, builder.dataNodeCount(), true, null, null);
        cluster.waitForDataNodes();
        return cluster;
    }

    /** What a client or a command uses; a copy. */
    public Configuration configuration() {
        return ofService(conf);
    }

    /** What a command on the host of this NameNode uses; a copy. */
    public Configuration configuration(int nameNode) {
        return ofService(cluster.getConfiguration(nameNode));
    }

    /** MiniDFSCluster puts one of the NameNodes in place of the nameservice. */
    private static Configuration ofService(Configuration of) {
        Configuration own = new Configuration(of);
        own.set("fs.defaultFS", SERVICE.toString());
        return own;
    }

    /** A stock client that follows failovers. */
    public DistributedFileSystem fileSystem() {
        return fileSystem;
    }

    /** For what this class does not offer. */
    public MiniDFSCluster mini() {
        return cluster;
    }

    public NameNode nameNode(int index) {
        return cluster.getNameNode(index);
    }

    public List<DataNode> dataNodes() {
        return cluster.getDataNodes();
    }

    /** Waits until every DataNode that runs follows the registry. */
    public void waitForFollowing() {
        VolsnapCluster.waitForFollowing(() -> volsnap("-status"), dataNodes().size());
    }

    /** Runs {@code hdfs volsnap args...} on any host. */
    public CommandResult volsnap(String... args) {
        return CommandLine.run(configuration(), args);
    }

    /** Runs {@code hdfs volsnap args...} on the host of a NameNode. */
    public CommandResult volsnapOn(int nameNode, String... args) {
        return CommandLine.run(configuration(nameNode), args);
    }

    public void activate(int nameNode) throws IOException {
        cluster.transitionToActive(nameNode);
    }

    /** The orderly way: the active one becomes standby first. */
    public void failOver(int from, int to) throws IOException {
        cluster.transitionToStandby(from);
        activate(to);
    }

    public void stopNameNode(int index) {
        cluster.shutdownNameNode(index);
    }

    /**
     * Ends it as a kill does, as far as that can be had in one process: its segment of the edit log is left open, in
     * its own directories and on the JournalNodes, and nobody is told.
     */
    public void killNameNode(int index) {
        NameNodeAdapter.abortEditLogs(nameNode(index));
        stopNameNode(index);
    }

    /** Starts it again, as standby, on the same port. */
    public void startNameNode(int index) throws IOException {
        cluster.restartNameNode(index, false);
    }

    /** Runs {@code hdfs namenode -bootstrapStandby -force} on the host of a stopped NameNode. */
    public int bootstrapStandby(int nameNode) throws Exception {
        BootstrapStandby bootstrap = new BootstrapStandby();
        bootstrap.setConf(configuration(nameNode));
        return bootstrap.run(new String[] {"-force"});
    }

    public void stopDataNodes() {
        while (!dataNodes().isEmpty()) {
            stoppedDataNodes.add(cluster.stopDataNode(0));
        }
    }

    /** Starts all that were stopped, on their old ports. */
    public void startDataNodes() throws IOException {
        for (DataNodeProperties stopped : stoppedDataNodes) {
            cluster.restartDataNode(stopped, true);
        }
        stoppedDataNodes.clear();
    }

    /** Waits until every NameNode that runs has every DataNode. */
    public void waitForDataNodes() throws IOException {
        for (int i = 0; i < cluster.getNumNameNodes(); i++) {
            if (cluster.getNameNode(i) != null) {
                cluster.waitActive(i);
            }
        }
    }

    /** Waits until no deletion is queued, on the active NameNode or on a DataNode. */
    public void waitForDeletions(int active) {
        VolsnapCluster.waitFor(
                "deletions",
                Duration.ofSeconds(60),
                () -> nameNode(active).getNamesystem().getPendingDeletionBlocks() == 0
                        && dataNodes().stream()
                                .allMatch(node -> node.getFSDataset().getPendingAsyncDeletions() == 0));
    }

    /** Stops everything; leaves the files. */
    @Override
    public void close() {
        IOUtils.closeStream(fileSystem);
        shared.close();
    }
}
