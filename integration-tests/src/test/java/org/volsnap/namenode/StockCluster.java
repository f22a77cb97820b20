/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.volsnap.protocol.VolsnapClient;
import org.volsnap.protocol.proto.VolsnapProtos.CancelRollbackRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.CreateRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.CreateResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.DeleteRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PrepareRollbackRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PrepareRollbackResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;
import org.volsnap.testing.ClusterBuilder;
import org.volsnap.testing.VolsnapCluster;

/** A NameNode with volsnap over stock DataNodes: what concerns the NameNode alone. */
final class StockCluster implements AutoCloseable {
    final VolsnapCluster cluster;
    final Configuration conf;

    StockCluster(Path dir, int dataNodes) throws IOException {
        this(builder(dir, dataNodes));
    }

    StockCluster(ClusterBuilder builder) throws IOException {
        cluster = builder.build();
        conf = cluster.configuration();
    }

    static ClusterBuilder builder(Path dir, int dataNodes) {
        return VolsnapCluster.builder(dir)
                .dataNodes(dataNodes)
                .storageVolumes(1)
                .set(
                        "dfs.datanode.fsdataset.factory",
                        "org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsDatasetFactory")
                .set("dfs.namenode.safemode.min.datanodes", Integer.toString(dataNodes))
                // A connection that outlives a restart of the NameNode fails the first call after it.
                .set("ipc.client.connection.maxidletime", "100")
                .set("dfs.namenode.volsnap.create.timeout", "3s");
    }

    FakePollers pollers() {
        return new FakePollers(
                conf, cluster.nameNode().getNameNodeAddress(), cluster.dataNodes(), cluster.blockPoolId());
    }

    VolsnapClient client() throws IOException {
        return VolsnapClient.connect(conf, cluster.nameNode().getNameNodeAddress(), Duration.ofSeconds(60));
    }

    CreateResponseProto create(String name) throws IOException {
        try (VolsnapClient client = client()) {
            return client.create(CreateRequestProto.newBuilder().setName(name).build());
        }
    }

    void delete(String name) throws IOException {
        try (VolsnapClient client = client()) {
            client.delete(DeleteRequestProto.newBuilder().setName(name).build());
        }
    }

    PrepareRollbackResponseProto prepareRollback(String name) throws IOException {
        try (VolsnapClient client = client()) {
            return client.prepareRollback(
                    PrepareRollbackRequestProto.newBuilder().setName(name).build());
        }
    }

    /** Snapshots s1 and s2, changes after each, and a rollback to s1 prepared. */
    PrepareRollbackResponseProto prepareRollbackAfterChanges() throws Exception {
        try (FakePollers pollers = pollers()) {
            file("/a/one", 1000);
            file("/a/two", 2000);
            create("s1");
            file("/a/three", 3000);
            create("s2");
            cluster.fileSystem().delete(new org.apache.hadoop.fs.Path("/a/one"), true);
            PrepareRollbackResponseProto prepared = prepareRollback("s1");
            assertThat(pollers.answers).isNotEmpty();
            return prepared;
        }
    }

    void cancelRollback() throws IOException {
        try (VolsnapClient client = client()) {
            client.cancelRollback(CancelRollbackRequestProto.getDefaultInstance());
        }
    }

    StatusResponseProto status() throws IOException {
        try (VolsnapClient client = client()) {
            return client.status(StatusRequestProto.getDefaultInstance());
        }
    }

    Optional<SnapshotProto> snapshot(String name) throws IOException {
        return status().getRegistry().getSnapshotsList().stream()
                .filter(snapshot -> snapshot.getName().equals(name))
                .findFirst();
    }

    /** Files are listed; nothing is read. */
    List<String> list(String directory) throws IOException {
        DistributedFileSystem fileSystem = cluster.fileSystem();
        return Arrays.stream(fileSystem.listStatus(new org.apache.hadoop.fs.Path(directory)))
                .map(status -> status.getPath().getName() + ":" + status.getLen())
                .sorted()
                .toList();
    }

    void file(String path, int length) throws IOException {
        DFSTestUtil.createFile(cluster.fileSystem(), new org.apache.hadoop.fs.Path(path), length, (short) 1, length);
    }

    FSDataOutputStream openFile(String path, int length) throws IOException {
        FSDataOutputStream out = cluster.fileSystem().create(new org.apache.hadoop.fs.Path(path), (short) 1);
        out.write(new byte[length]);
        out.hflush();
        return out;
    }

    Path namespaceDir() {
        return cluster.baseDir().resolve("volsnap-namespace");
    }

    @Override
    public void close() {
        cluster.close();
    }
}
