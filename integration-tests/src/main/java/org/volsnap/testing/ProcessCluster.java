/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.DatanodeReportType;
import org.apache.hadoop.hdfs.server.namenode.ha.BootstrapStandby;
import org.apache.hadoop.hdfs.tools.DFSHAAdmin;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.test.GenericTestUtils;
import org.apache.hadoop.util.ToolRunner;
import org.volsnap.protocol.VolsnapClient;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;

/**
 * HDFS in processes of its own, with volsnap enabled as in production: one NameNode, or two with three JournalNodes, and
 * DataNodes, each a JVM with its own directories. Ports are chosen once. The processes end with this one, in whatever way
 * it ends. Safe for many threads.
 */
public final class ProcessCluster implements AutoCloseable {
    private static final int POLL_MILLIS = 200;
    private static final int LONGEST_WAIT_MILLIS = 300_000;

    private final Path baseDir;
    private final Configuration clients;
    private final List<Configuration> nameNodeConfs = new ArrayList<>();
    private final List<DaemonProcess> journalNodes = new ArrayList<>();
    private final List<DaemonProcess> nameNodes = new ArrayList<>();
    private final List<DaemonProcess> dataNodes = new ArrayList<>();
    private final List<String> journalAddresses;
    private final int volumeCount;

    private ProcessCluster(ClusterBuilder builder, ProcessLayout layout) {
        this.baseDir = builder.baseDir();
        this.clients = layout.clients();
        this.journalAddresses = layout.journalAddresses();
        this.volumeCount = builder.volumeCount();
    }

    /** Starts all; waits until the first NameNode answers and knows all DataNodes. */
    static ProcessCluster start(ClusterBuilder builder, boolean ha) throws IOException {
        Configuration conf = new Configuration(builder.configuration());
        conf.setInt(DFSConfigKeys.DFS_REPLICATION_KEY, builder.replication());
        ProcessLayout layout = ha ? ProcessLayout.pair(conf) : ProcessLayout.single(conf);
        ProcessCluster cluster = new ProcessCluster(builder, layout);
        try {
            cluster.define(layout, builder);
            cluster.launch(builder.formats());
        } catch (IOException | RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private void define(ProcessLayout layout, ClusterBuilder builder) throws IOException {
        for (int i = 0; i < journalAddresses.size(); i++) {
            String name = "journalnode" + i;
            journalNodes.add(new DaemonProcess(
                    DaemonKind.JOURNALNODE, name, baseDir, layout.journalNode(i, baseDir.resolve(name))));
        }
        for (int i = 0; i < layout.nameNodeCount(); i++) {
            String name = "namenode" + i;
            Configuration conf = layout.nameNode(i, baseDir.resolve(name));
            nameNodeConfs.add(conf);
            nameNodes.add(new DaemonProcess(DaemonKind.NAMENODE, name, baseDir, conf));
        }
        for (int i = 0; i < builder.dataNodeCount(); i++) {
            Configuration conf = layout.dataNode(storageVolumes(i));
            dataNodes.add(new DaemonProcess(DaemonKind.DATANODE, dataNodeName(i), baseDir, conf));
        }
    }

    private void launch(boolean format) throws IOException {
        startAll(journalNodes);
        awaitJournalNodes();
        if (format) {
            FileUtils.deleteDirectory(
                    nameNodes.get(0).directory().resolve("name").toFile());
            retrying("format", () -> DFSTestUtil.formatNameNode(nameNodeConfs.get(0)));
        }
        nameNodes.get(0).start();
        startAll(dataNodes);
        if (isPair()) {
            activate(0);
            if (format) {
                retrying("bootstrap the standby", () -> bootstrapStandby(1));
            }
            nameNodes.get(1).start();
        }
        awaitAnswer();
        awaitDataNodes();
    }

    private static void startAll(List<DaemonProcess> daemons) throws IOException {
        for (DaemonProcess daemon : daemons) {
            daemon.start();
        }
    }

    /** What may be tried again, as what it needs is starting. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private static void retrying(String what, Step step) {
        await(what, () -> {
            step.run();
            return true;
        });
    }

    /** What may not hold yet, or fail. */
    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException;
    }

    /** Looks seldom: what is waited for is new processes, which need the processor themselves. */
    private static void await(String what, Condition condition) {
        BooleanSupplier holds = () -> {
            try {
                return condition.holds();
            } catch (IOException e) {
                return false;
            }
        };
        try {
            GenericTestUtils.waitFor(holds::getAsBoolean, POLL_MILLIS, LONGEST_WAIT_MILLIS);
        } catch (TimeoutException e) {
            throw new AssertionError("waited in vain for " + what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }

    private static String dataNodeName(int index) {
        return "datanode" + index;
    }

    private boolean isPair() {
        return nameNodes.size() > 1;
    }

    /** What a client or a command uses; a copy. */
    public Configuration configuration() {
        return new Configuration(clients);
    }

    /** What a command on the host of this NameNode uses; a copy. */
    public Configuration configuration(int nameNode) {
        return new Configuration(nameNodeConfs.get(nameNode));
    }

    /** A stock client that shares nothing with others; the caller closes it. */
    public DistributedFileSystem newFileSystem() throws IOException {
        return (DistributedFileSystem) FileSystem.newInstance(configuration());
    }

    /** All of them: JournalNodes, NameNodes, DataNodes. */
    public List<DaemonProcess> daemons() {
        return Stream.of(journalNodes, nameNodes, dataNodes)
                .flatMap(List::stream)
                .toList();
    }

    public List<DaemonProcess> daemons(DaemonKind kind) {
        return daemons().stream().filter(daemon -> daemon.kind() == kind).toList();
    }

    public DaemonProcess nameNode() {
        return nameNodes.get(0);
    }

    public List<DaemonProcess> nameNodes() {
        return List.copyOf(nameNodes);
    }

    public List<DaemonProcess> dataNodes() {
        return List.copyOf(dataNodes);
    }

    public List<DaemonProcess> journalNodes() {
        return List.copyOf(journalNodes);
    }

    /** Storage volumes of a DataNode, as {@code dfs.datanode.data.dir} names them. */
    public List<Path> storageVolumes(int dataNode) {
        return IntStream.rangeClosed(1, volumeCount)
                .mapToObj(number -> storageVolume(baseDir, dataNode, number))
                .toList();
    }

    /** Where a storage volume will be, for who mounts something there before; numbers begin with 1. */
    public static Path storageVolume(Path baseDir, int dataNode, int number) {
        return baseDir.toAbsolutePath().resolve(dataNodeName(dataNode)).resolve("volume" + number);
    }

    /** Runs {@code hdfs volsnap args...} in this process. */
    public CommandResult volsnap(String... args) {
        return CommandLine.run(configuration(), args);
    }

    /** Runs {@code hdfs volsnap args...} on the host of a NameNode, in this process. */
    public CommandResult volsnapOn(int nameNode, String... args) {
        return CommandLine.run(configuration(nameNode), args);
    }

    /** Makes one of two NameNodes active, as soon as it can be; the other one is standby, or does not run. */
    public void activate(int nameNode) {
        retrying("NameNode " + nameNode + " to become active", () -> transitionToActive(nameNode));
    }

    /** Without the force Hadoop refuses while the other NameNode can't be asked. */
    private void transitionToActive(int nameNode) throws IOException {
        String[] command = {"-transitionToActive", "--forceactive", "nn" + (nameNode + 1)};
        try {
            int exitCode = ToolRunner.run(configuration(nameNode), new DFSHAAdmin(), command);
            if (exitCode != 0) {
                throw new IOException("hdfs haadmin -transitionToActive ended with exit code " + exitCode);
            }
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** Runs {@code hdfs namenode -bootstrapStandby -force} on the host of a stopped NameNode. */
    public void bootstrapStandby(int nameNode) throws IOException {
        BootstrapStandby bootstrap = new BootstrapStandby();
        bootstrap.setConf(configuration(nameNode));
        try {
            int exitCode = bootstrap.run(new String[] {"-force"});
            if (exitCode != 0) {
                throw new IOException("-bootstrapStandby ended with exit code " + exitCode);
            }
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** Starts what does not run: JournalNodes first, without which a NameNode ends. */
    public void startStopped() throws IOException {
        startStopped(journalNodes);
        awaitJournalNodes();
        startStopped(nameNodes);
        startStopped(dataNodes);
    }

    private static void startStopped(List<DaemonProcess> daemons) throws IOException {
        startAll(daemons.stream().filter(Predicate.not(DaemonProcess::isAlive)).toList());
    }

    private void awaitJournalNodes() {
        for (String address : journalAddresses) {
            retrying("JournalNode " + address, () -> {
                InetSocketAddress there = NetUtils.createSocketAddr(address);
                try (Socket socket = new Socket(there.getAddress(), there.getPort())) {
                    socket.getOutputStream().flush();
                }
            });
        }
    }

    /** Waits until a NameNode serves this process's clients, in safe mode or not. */
    public void awaitAnswer() {
        awaitOf("a NameNode that answers", fileSystem -> true);
    }

    /** Waits until safe mode is over. */
    public void awaitWritable() {
        awaitOf("the end of safe mode", fileSystem -> !fileSystem.setSafeMode(SafeModeAction.GET));
    }

    /** Waits until safe mode is over and every DataNode is live and follows the registry. */
    public void awaitHealthy() {
        awaitWritable();
        awaitDataNodes();
        await("the DataNodes to follow the registry", () -> following() == dataNodes.size());
    }

    private long following() throws IOException {
        try (VolsnapClient client = VolsnapClient.connect(clients)) {
            return client.status(StatusRequestProto.getDefaultInstance()).getDatanodesList().stream()
                    .filter(dataNode -> dataNode.getMode().equals("FOLLOWING"))
                    .count();
        }
    }

    private void awaitDataNodes() {
        awaitOf(
                "live DataNodes",
                fileSystem -> fileSystem.getDataNodeStats(DatanodeReportType.LIVE).length == dataNodes.size());
    }

    /** What a client may see. */
    @FunctionalInterface
    private interface Sight {
        boolean holds(DistributedFileSystem fileSystem) throws IOException;
    }

    private void awaitOf(String what, Sight sight) {
        await(what, () -> {
            try (DistributedFileSystem fileSystem = newFileSystem()) {
                fileSystem.getFileStatus(new org.apache.hadoop.fs.Path("/"));
                return sight.holds(fileSystem);
            }
        });
    }

    /** What a daemon has printed, over all its runs. */
    public static String log(DaemonProcess daemon) throws IOException {
        return Files.readString(daemon.logFile());
    }

    /** Stops all in order, by SIGTERM; what does not end within a minute is killed. */
    public void stopAll() {
        List<DaemonProcess> reversed = new ArrayList<>(daemons());
        Collections.reverse(reversed);
        reversed.forEach(DaemonProcess::stop);
    }

    /** Kills all of them; leaves the files. */
    @Override
    public void close() {
        // All of them, also when this thread is interrupted.
        daemons().forEach(DaemonProcess::killAtOnce);
        daemons().forEach(DaemonProcess::kill);
    }
}
