/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.MiniDFSCluster.DataNodeProperties;
import org.apache.hadoop.hdfs.MiniDFSNNTopology;
import org.apache.hadoop.hdfs.client.BlockReportOptions;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.test.GenericTestUtils;

/**
 * A NameNode and DataNodes in this process, with volsnap enabled as in production. Stopping goes through Hadoop's own
 * clean shutdown; a killed process needs a forked JVM. In a federation this is how one of its nameservices sees the
 * cluster, see {@link #nameservice}. Not for many threads.
 */
public final class VolsnapCluster implements AutoCloseable {
    private static final int POLL_MILLIS = 50;

    private final MiniDFSCluster cluster;
    private final Path baseDir;
    /** Of the nameservice, and so of its NameNode. */
    private final int index;
    /** Of the NameNode: it keeps its port, also while it is stopped. */
    private final String uri;

    /** Of all nameservices together. */
    private final List<DataNodeProperties> stoppedDataNodes;

    private VolsnapCluster(MiniDFSCluster cluster, Path baseDir, int index, List<DataNodeProperties> stopped) {
        this.cluster = cluster;
        this.baseDir = baseDir;
        this.index = index;
        this.uri = cluster.getURI(index).toString();
        this.stoppedDataNodes = stopped;
    }

    /** @param baseDir everything the cluster writes lies below it; must not be in use */
    public static ClusterBuilder builder(Path baseDir) {
        return new ClusterBuilder(baseDir);
    }

    static VolsnapCluster start(ClusterBuilder builder) throws IOException {
        MiniDFSCluster.Builder stock = new MiniDFSCluster.Builder(
                        builder.configuration(),
                        builder.baseDir().resolve("dfs").toFile())
                .numDataNodes(builder.dataNodeCount())
                .storagesPerDatanode(builder.volumeCount())
                .clusterId(builder.clusterId())
                .waitSafeMode(builder.waitsForSafeMode())
                .format(builder.formats());
        builder.volumeTypes().ifPresent(stock::storageTypes);
        if (builder.nameserviceCount() > 1) {
            stock.nnTopology(MiniDFSNNTopology.simpleFederatedTopology(builder.nameserviceCount()));
        }
        MiniDFSCluster cluster = stock.build();
        cluster.waitActive();
        for (int i = 0; i < builder.nameserviceCount(); i++) {
            // MiniDFSCluster lowers it to its own DataNodes; those of other processes come later.
            cluster.getConfiguration(i).setInt(DFSConfigKeys.DFS_REPLICATION_KEY, builder.replication());
        }
        return new VolsnapCluster(cluster, builder.baseDir(), 0, new ArrayList<>());
    }

    /**
     * The same cluster as another of its nameservices sees it: file system, NameNode and commands are that one's, the
     * DataNodes are everybody's. Closing any of them closes all.
     *
     * @param number 0 for the one that the builder returned; its NameNode is to be running
     */
    public VolsnapCluster nameservice(int number) {
        return new VolsnapCluster(cluster, baseDir, number, stoppedDataNodes);
    }

    /** The {@code hdfs://} URI of the NameNode. */
    public String uri() {
        return uri;
    }

    /** What a client or a command uses; a copy. */
    public Configuration configuration() {
        Configuration conf = new Configuration(cluster.getConfiguration(index));
        conf.set("fs.defaultFS", uri);
        return conf;
    }

    /** A stock client. */
    public DistributedFileSystem fileSystem() throws IOException {
        return cluster.getFileSystem(index);
    }

    /** For what this class does not offer. */
    public MiniDFSCluster mini() {
        return cluster;
    }

    public NameNode nameNode() {
        return cluster.getNameNode(index);
    }

    public List<DataNode> dataNodes() {
        return cluster.getDataNodes();
    }

    public String blockPoolId() {
        return cluster.getNamesystem(index).getBlockPoolId();
    }

    public Path baseDir() {
        return baseDir;
    }

    /** Storage volumes of a DataNode, as {@code dfs.datanode.data.dir} names them. */
    public List<Path> storageVolumes(int dataNode) {
        return Stream.of(dataNodes().get(dataNode).getConf().getTrimmedStrings("dfs.datanode.data.dir"))
                .map(location -> Path.of(location.replaceFirst("^(\\[.*\\])?(file:)?", "")))
                .toList();
    }

    /** Directories of the NameNode's image and edits. */
    public List<Path> nameDirs() {
        return cluster.getNameDirs(index).stream()
                .map(File::new)
                .map(File::toPath)
                .toList();
    }

    /** Runs {@code hdfs volsnap args...} against this cluster's configuration. */
    public CommandResult volsnap(String... args) {
        return CommandLine.run(configuration(), args);
    }

    public void stopNameNode() {
        cluster.shutdownNameNode(index);
    }

    /** Starts it again on the same port; does not wait for DataNodes or the end of safe mode. */
    public void startNameNode() throws IOException {
        cluster.restartNameNode(index, false);
    }

    public void restartNameNode() throws IOException {
        stopNameNode();
        startNameNode();
        cluster.waitActive();
    }

    /** Stops the DataNode with this index; the indexes of those behind it go down by one. */
    public void stopDataNode(int index) {
        stoppedDataNodes.add(cluster.stopDataNode(index));
    }

    public void stopDataNodes() {
        while (!dataNodes().isEmpty()) {
            stopDataNode(0);
        }
    }

    /**
     * Starts all that were stopped, on their old ports, in the order in which they were stopped. Waits for a port that a
     * client's connection has meanwhile.
     */
    public void startDataNodes() throws IOException {
        for (DataNodeProperties stopped : stoppedDataNodes) {
            waitFor("the ports of a DataNode", Duration.ofSeconds(60), () -> isStarted(stopped));
        }
        stoppedDataNodes.clear();
    }

    private boolean isStarted(DataNodeProperties stopped) {
        try {
            return cluster.restartDataNode(stopped, true);
        } catch (BindException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds a DataNode with storage volumes of its own, behind the others; with volsnap or without. */
    public void addDataNode(boolean plugin) throws IOException {
        cluster.startDataNodes(withPlugin(configuration(), plugin), 1, true, null, null);
        cluster.waitActive();
    }

    /** Stops a DataNode and starts it on its old ports, with volsnap or without. It is the last one then. */
    public void restartDataNode(int dataNode, boolean plugin) throws IOException {
        DataNode old = dataNodes().get(dataNode);
        Configuration conf = withPlugin(new Configuration(old.getConf()), plugin);
        conf.set(DFSConfigKeys.DFS_DATANODE_ADDRESS_KEY, "127.0.0.1:" + old.getXferPort());
        conf.set(DFSConfigKeys.DFS_DATANODE_IPC_ADDRESS_KEY, "127.0.0.1:" + old.getIpcPort());
        cluster.stopDataNode(dataNode);
        cluster.startDataNodes(conf, 1, false, null, null, null, null, false, true);
        cluster.waitActive();
    }

    /** Stops the NameNode and starts it, with volsnap or without; waits for the DataNodes and the end of safe mode. */
    public void restartNameNode(boolean plugin) throws IOException {
        stopNameNode();
        if (plugin) {
            cluster.getConfiguration(index).set(ClusterBuilder.NAMENODE_PLUGINS, ClusterBuilder.NAMENODE_PLUGIN);
        } else {
            cluster.getConfiguration(index).unset(ClusterBuilder.NAMENODE_PLUGINS);
        }
        startNameNode();
        waitActive();
    }

    private static Configuration withPlugin(Configuration conf, boolean plugin) {
        if (plugin) {
            conf.set(ClusterBuilder.DATASET_FACTORY, ClusterBuilder.VOLSNAP_FACTORY);
        } else {
            conf.unset(ClusterBuilder.DATASET_FACTORY);
        }
        return conf;
    }

    /** Waits until all DataNodes are registered and safe mode is over. */
    public void waitActive() throws IOException {
        cluster.waitActive();
        waitWritable();
    }

    /** Waits until safe mode is over. */
    public void waitWritable() {
        waitFor(
                "the end of safe mode",
                Duration.ofSeconds(120),
                () -> !nameNode().isInSafeMode());
    }

    public void restartDataNodes() throws IOException {
        stopDataNodes();
        startDataNodes();
        waitActive();
    }

    /** Waits until every DataNode that runs follows the registry. */
    public void waitForFollowing() {
        waitForFollowing(() -> volsnap("-status"), dataNodes().size());
    }

    static void waitForFollowing(Supplier<CommandResult> status, int dataNodes) {
        waitFor(
                "the DataNodes to follow the registry",
                Duration.ofSeconds(60),
                () -> status.get()
                                .out()
                                .lines()
                                .filter(line -> line.contains(" FOLLOWING "))
                                .count()
                        == dataNodes);
    }

    /**
     * Has every DataNode report all its blocks soon. Does not wait, as MiniDFSCluster does: for ever, when the DataNode is
     * just registering anew.
     */
    public void requestBlockReports() throws IOException {
        for (DataNode dataNode : dataNodes()) {
            dataNode.triggerBlockReport(
                    new BlockReportOptions.Factory().setIncremental(false).build());
        }
    }

    /** Waits until no deletion is queued, on the NameNode or on a DataNode. */
    public void waitForDeletions() {
        waitFor("deletions", Duration.ofSeconds(60), this::noDeletionQueued);
    }

    private boolean noDeletionQueued() {
        return nameNode().getNamesystem().getPendingDeletionBlocks() == 0
                && dataNodes().stream().allMatch(node -> node.getFSDataset().getPendingAsyncDeletions() == 0);
    }

    /**
     * Polls until {@code condition} holds; throws an {@link AssertionError} that names {@code what} if it never does.
     */
    public static void waitFor(String what, Duration atMost, BooleanSupplier condition) {
        try {
            GenericTestUtils.waitFor(condition::getAsBoolean, POLL_MILLIS, (int) atMost.toMillis());
        } catch (TimeoutException e) {
            throw new AssertionError("waited " + atMost + " for " + what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }

    /** Stops everything; leaves the files. */
    @Override
    public void close() {
        cluster.shutdown(false);
    }
}
