/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.VolsnapDataNodeBridge;
import org.apache.hadoop.hdfs.server.datanode.VolsnapDataNodeBridge.Served;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/** A DataNode that serves several nameservices leaves only the one that is rolled back. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RunningFederationTest {
    private static final org.apache.hadoop.fs.Path FILE = new org.apache.hadoop.fs.Path("/file");
    private static final int LENGTH = 900_000;

    @Test
    void theOtherNameservicesAreServedOnAndAllAreThereAfterwards(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster =
                VolsnapCluster.builder(dir).dataNodes(2).nameservices(2).build()) {
            VolsnapCluster other = cluster.nameservice(1);
            Wreckage wreckage = new Wreckage(cluster, 41);
            wreckage.write(FILE, LENGTH);
            new Wreckage(other, 42).write(FILE, LENGTH);
            byte[] then = DFSTestUtil.readFileAsBytes(cluster.fileSystem(), FILE);
            byte[] others = DFSTestUtil.readFileAsBytes(other.fileSystem(), FILE);
            cluster.volsnap("-create", "s").orThrow();
            wreckage.truncate(FILE, 10_000);
            List<Integer> registrations = registrations(other);
            for (DataNode dataNode : cluster.dataNodes()) {
                addNameservice(dataNode);
            }
            List<List<String>> served = served(cluster);
            assertThat(served.get(0)).hasSize(3);

            try (BusyReader reader = BusyReader.holdingOpen(other.configuration(), FILE, others)) {
                reader.awaitReads(10);
                cluster.volsnap("-prepareRollback", "s").orThrow();
                cluster.stopNameNode();
                cluster.volsnap("-rollback", "s").orThrow();
                cluster.startNameNode();
                cluster.waitWritable();
                reader.awaitReads(10);
                assertThat(reader.failures()).isZero();
                assertThat(reader.wrong()).isEmpty();
            }

            assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), FILE)).isEqualTo(then);
            assertThat(served(cluster)).isEqualTo(served);
            assertThat(registrations(other)).isEqualTo(registrations);
        }
    }

    /** As something else may do while the DataNode runs; no file says so. */
    private static void addNameservice(DataNode dataNode) throws IOException {
        Configuration conf = new Configuration(dataNode.getConf());
        conf.set("dfs.nameservices", conf.get("dfs.nameservices") + ",added");
        conf.set("dfs.namenode.rpc-address.added", "127.0.0.1:0");
        dataNode.refreshNamenodes(conf);
    }

    private static List<List<String>> served(VolsnapCluster cluster) {
        return cluster.dataNodes().stream()
                .map(dataNode -> new VolsnapDataNodeBridge(dataNode)
                        .served().stream().map(Served::nameserviceId).sorted().toList())
                .toList();
    }

    /** A DataNode that had left would have registered anew. */
    private static List<Integer> registrations(VolsnapCluster nameservice) throws IOException {
        List<Integer> found = new ArrayList<>();
        for (DataNode dataNode : nameservice.dataNodes()) {
            found.add(System.identityHashCode(dataNode.getDNRegistrationForBP(nameservice.blockPoolId())));
        }
        return found;
    }
}
