/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.hadoop.hdfs.protocol.DatanodeID;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.DataNodeTestUtils;
import org.apache.hadoop.hdfs.server.datanode.FsDatasetTestUtils.MaterializedReplica;
import org.volsnap.datanode.VolsnapDatasetTestUtilsFactory;
import org.volsnap.testing.VolsnapCluster;

/** Which DataNodes have a replica of a block, and how they lose it. */
final class Holders {
    private final VolsnapCluster cluster;

    Holders(VolsnapCluster cluster) {
        this.cluster = cluster;
    }

    static boolean holds(DataNode dataNode, ExtendedBlock block) {
        return dataNode.getFSDataset().contains(block);
    }

    /** All that run and have it. */
    List<DataNode> of(ExtendedBlock block) {
        return cluster.dataNodes().stream()
                .filter(dataNode -> holds(dataNode, block))
                .toList();
    }

    /** One that runs and has it. */
    DataNode anyOf(ExtendedBlock block) {
        return of(block).stream().findFirst().orElseThrow(() -> new AssertionError("nobody has " + block));
    }

    /** Stops a DataNode; the NameNode takes it for dead at once. */
    void stop(DataNode dataNode) throws IOException {
        DatanodeID id = dataNode.getDatanodeId();
        cluster.stopDataNode(cluster.dataNodes().indexOf(dataNode));
        cluster.mini().setDataNodeDead(id);
    }

    /** For damage behind everybody's back. */
    static MaterializedReplica files(DataNode dataNode, ExtendedBlock block) throws IOException {
        return new VolsnapDatasetTestUtilsFactory().newInstance(dataNode).getMaterializedReplica(block);
    }

    /** The files of a replica vanish, the DataNode finds out, and HDFS makes it anew there: nobody else can take it. */
    void loseFiles(DataNode dataNode, ExtendedBlock block) throws IOException {
        files(dataNode, block).deleteData();
        DataNodeTestUtils.runDirectoryScanner(dataNode);
        VolsnapCluster.waitFor("a new " + block, Duration.ofSeconds(60), () -> holds(dataNode, block));
    }
}
