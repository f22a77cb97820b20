/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.ReconfigurationException;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.protocol.LocatedBlock;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.DataNodeTestUtils;
import org.apache.hadoop.hdfs.server.datanode.DiskBalancerWorkStatus;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsVolumeImpl;
import org.apache.hadoop.hdfs.server.diskbalancer.connectors.ConnectorFactory;
import org.apache.hadoop.hdfs.server.diskbalancer.datamodel.DiskBalancerCluster;
import org.apache.hadoop.hdfs.server.diskbalancer.planner.NodePlan;
import org.apache.hadoop.util.Time;
import org.volsnap.testing.VolsnapCluster;

/**
 * The storage volumes of the one DataNode of a cluster: which one holds a file, moves between them, their coming and
 * going.
 */
final class Volumes {
    private static final String DATA_DIR = "dfs.datanode.data.dir";
    private static final long DISK_BYTES = 20 << 20;

    private final VolsnapCluster cluster;

    Volumes(VolsnapCluster cluster) {
        this.cluster = cluster;
    }

    private DataNode dataNode() {
        return cluster.dataNodes().get(0);
    }

    /** The storage volume of a file's first block. */
    Path of(org.apache.hadoop.fs.Path file) throws IOException {
        ExtendedBlock block = DFSTestUtil.getFirstBlock(cluster.fileSystem(), file);
        return root(dataNode().getFSDataset().getVolume(block));
    }

    private static Path root(FsVolumeSpi volume) {
        return Path.of(volume.getStorageLocation().getUri()).normalize();
    }

    /** Moves all blocks of a file to another storage volume, as the disk balancer does. */
    void move(org.apache.hadoop.fs.Path file, Path to) throws IOException {
        FsDatasetSpi<?> dataset = dataNode().getFSDataset();
        String name = file.toUri().getPath();
        try (FsDatasetSpi.FsVolumeReferences volumes = dataset.getFsVolumeReferences()) {
            for (FsVolumeSpi volume : volumes) {
                if (root(volume).equals(to)) {
                    for (LocatedBlock block : cluster.fileSystem()
                            .getClient()
                            .getLocatedBlocks(name, 0)
                            .getLocatedBlocks()) {
                        dataset.moveBlockAcrossVolumes(block.getBlock(), volume);
                    }
                }
            }
        }
        assertThat(of(file)).isEqualTo(to);
    }

    /** Has the disk balancer plan for small disks, and carry the plan out. */
    void balance() throws Exception {
        try (FsDatasetSpi.FsVolumeReferences volumes = dataNode().getFSDataset().getFsVolumeReferences()) {
            for (FsVolumeSpi volume : volumes) {
                ((FsVolumeImpl) volume).setCapacityForTesting(DISK_BYTES);
            }
        }
        DataNodeTestUtils.triggerHeartbeat(dataNode());
        String plan = plan().toJson();
        dataNode().submitDiskBalancerPlan(DigestUtils.sha1Hex(plan), 1, "plan.json", plan, false);
        VolsnapCluster.waitFor("the end of the plan", Duration.ofSeconds(60), this::isBalanced);
    }

    private NodePlan plan() throws Exception {
        DiskBalancerCluster known = new DiskBalancerCluster(
                ConnectorFactory.getCluster(URI.create(cluster.uri()), cluster.configuration()));
        known.readClusterInfo();
        known.setNodesToProcess(List.of(known.getNodeByUUID(dataNode().getDatanodeUuid())));
        List<NodePlan> plans = known.computePlan(0.0);
        assertThat(plans).hasSize(1);
        NodePlan plan = plans.get(0);
        plan.setNodeUUID(dataNode().getDatanodeUuid());
        plan.setTimeStamp(Time.now());
        return plan;
    }

    private boolean isBalanced() {
        try {
            return dataNode().queryDiskBalancerPlan().getResult() == DiskBalancerWorkStatus.Result.PLAN_DONE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes a file of one block, and waits until the replica has gone too. */
    void deleteNow(org.apache.hadoop.fs.Path file) throws IOException {
        ExtendedBlock block = DFSTestUtil.getFirstBlock(cluster.fileSystem(), file);
        cluster.fileSystem().delete(file, false);
        VolsnapCluster.waitFor(
                "the end of " + block,
                Duration.ofSeconds(60),
                () -> !dataNode().getFSDataset().contains(block));
        cluster.waitForDeletions();
    }

    /**
     * What {@code dfsadmin -reconfig datanode} does with these storage volumes, when the DataNode has joined its NameNode:
     * before that Hadoop ends in a NullPointerException and leaves them locked (DataNode.refreshVolumes).
     */
    void reconfigure(List<Path> roots) throws ReconfigurationException {
        String value = roots.stream().map(root -> "[DISK]" + root.toUri()).collect(Collectors.joining(","));
        VolsnapCluster.waitFor("the DataNode", Duration.ofSeconds(60), dataNode()::isDatanodeFullyStarted);
        dataNode().reconfigurePropertyImpl(DATA_DIR, value);
        assertThat(cluster.storageVolumes(0)).containsExactlyInAnyOrderElementsOf(roots);
    }
}
