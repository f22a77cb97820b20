/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.SafeModeAction;
import org.apache.hadoop.hdfs.server.namenode.SafeModeException;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.conf.VolsnapKeys;
import org.volsnap.namenode.rollback.KeptFile;
import org.volsnap.namenode.rollback.KeptNamespace;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VolsnapClient;
import org.volsnap.protocol.VolsnapProtocolPB;
import org.volsnap.protocol.proto.VolsnapProtos.BlockRefProto;
import org.volsnap.protocol.proto.VolsnapProtos.CreateResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.ListNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.ReadNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotAckProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotReportProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;
import org.volsnap.protocol.proto.VolsnapProtos.StartVerifyRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyStatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyStatusResponseProto;

class SnapshotLifeTest {
    @TempDir
    Path dir;

    @Test
    void aSnapshotKeepsTheNamespaceOfItsMoment() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1);
                FakePollers pollers = cluster.pollers()) {
            cluster.file("/a/one", 1_500_000);
            cluster.file("/a/two", 10);

            CreateResponseProto created = cluster.create("s1");
            cluster.file("/a/later", 10);
            cluster.cluster.fileSystem().delete(new org.apache.hadoop.fs.Path("/a/two"), true);

            assertThat(created.getSnapshot().getState()).isEqualTo(SnapshotStateProto.ACTIVE);
            assertThat(created.getSnapshot().getFence().getStamp()).isGreaterThan(1000);
            Path copy = Files.createDirectories(dir.resolve("copy/current"));
            try (var files = Files.list(cluster.namespaceDir().resolve("1-s1/current"))) {
                for (Path file : files.toList()) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
            assertThat(filesOf(cluster, dir.resolve("copy").toFile()))
                    .extracting(KeptFile::path, KeptFile::length)
                    .containsExactlyInAnyOrder(tuple("/a/one", 1_500_000L), tuple("/a/two", 10L));
            assertThat(pollers.answers).isNotEmpty();
        }
    }

    private static List<KeptFile> filesOf(StockCluster cluster, File copy) throws Exception {
        List<KeptFile> files = new ArrayList<>();
        try (KeptNamespace namespace = KeptNamespace.load(cluster.conf, copy)) {
            namespace.forEachFile(files::add);
        }
        return files;
    }

    @Test
    void aDataNodeWithoutThePluginMakesCreateFailAndLeavesNothing() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1)) {
            assertThatThrownBy(() -> cluster.create("s1"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("is volsnap enabled there?")
                    .hasMessageContaining(
                            cluster.cluster.dataNodes().get(0).getDatanodeId().getXferAddr());

            assertThat(cluster.status().getRegistry().getSnapshotsList()).isEmpty();
            assertThat(cluster.status().getRegistry().getDeletedList()).hasSize(1);
            assertThat(cluster.namespaceDir()).doesNotExist();
        }
    }

    @Test
    void aDataNodeThatNeverRecordsMakesCreateFailAfterTheMarkAndLeavesNothing() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1);
                FakePollers pollers = cluster.pollers()) {
            pollers.distort(request -> request.toBuilder()
                    .clearSnapshots()
                    .addAllSnapshots(request.getSnapshotsList().stream()
                            .map(report -> report.toBuilder()
                                    .setAck(SnapshotAckProto.PRESERVING)
                                    .build())
                            .toList())
                    .build());

            assertThatThrownBy(() -> cluster.create("s1"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("did not record the files being written");

            assertThat(cluster.status().getRegistry().getSnapshotsList()).isEmpty();
            assertThat(cluster.namespaceDir()).doesNotExist();
        }
    }

    @Test
    void badNamesDuplicatesAndSafeModeAreRefused() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 0)) {
            cluster.create("s1");

            assertThatThrownBy(() -> cluster.create("s1"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("exists");
            assertThatThrownBy(() -> cluster.create("a/b")).isInstanceOf(RefusedException.class);
            assertThatThrownBy(() -> cluster.delete("unknown"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("no snapshot named unknown");
            cluster.cluster.nameNode().getRpcServer().setSafeMode(SafeModeAction.SAFEMODE_ENTER, false);
            assertThatThrownBy(() -> cluster.create("s2")).isInstanceOf(SafeModeException.class);
        }
    }

    @Test
    void aDeletedSnapshotBecomesATombstoneAndItsNamespaceGoes() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1);
                FakePollers pollers = cluster.pollers()) {
            cluster.create("s1");
            cluster.create("s2");

            cluster.delete("s1");

            await().until(() -> cluster.snapshot("s1").isEmpty());
            assertThat(cluster.status().getRegistry().getDeletedList()).hasSize(1);
            assertThat(cluster.namespaceDir()).isDirectoryNotContaining("glob:**1-s1*");
            assertThat(cluster.snapshot("s2")).isPresent();
            assertThat(pollers.answers).isNotEmpty();
        }
    }

    @Test
    void aDeletionWaitsForADataNodeThatStillHasTheSnapshot() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1);
                FakePollers pollers = cluster.pollers()) {
            long id = cluster.create("s1").getSnapshot().getId();
            pollers.distort(request -> request.toBuilder()
                    .clearSnapshots()
                    .addSnapshots(SnapshotReportProto.newBuilder().setId(id).setAck(SnapshotAckProto.RECORDED))
                    .build());

            cluster.delete("s1");
            pollers.answers.clear();
            await().until(() -> pollers.answers.size() > 10);
            assertThat(cluster.snapshot("s1").orElseThrow().getState()).isEqualTo(SnapshotStateProto.DELETING);

            pollers.distort(request -> request);
            await().until(() -> cluster.snapshot("s1").isEmpty());
        }
    }

    @Test
    void aCreationThatARestartCutShortIsClearedAway() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 0)) {
            cluster.create("s1");
            var bridge = new VolsnapNameNodeBridge(cluster.cluster.nameNode());
            Registry half = RegistryXAttr.decode(bridge.rootAttribute(RegistryXAttr.NAME), bridge.blockPoolId())
                    .create(cluster.snapshot("s1").orElseThrow().toBuilder()
                            .setName("half")
                            .build());
            bridge.setRootAttribute(RegistryXAttr.NAME, half.toBytes());

            cluster.cluster.restartNameNode();

            await().until(() -> cluster.snapshot("half").isEmpty());
            assertThat(cluster.snapshot("s1")).isPresent();
        }
    }

    @Test
    void aNormalUserMayDoNothing() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 0)) {
            var eve = UserGroupInformation.createUserForTesting("eve", new String[] {"x"});
            eve.doAs((PrivilegedExceptionAction<Void>) () -> {
                assertThatThrownBy(() -> cluster.create("s1")).isInstanceOf(AccessControlException.class);
                assertThatThrownBy(() -> cluster.delete("s1")).isInstanceOf(AccessControlException.class);
                assertThatThrownBy(cluster::status).isInstanceOf(AccessControlException.class);
                assertThatThrownBy(cluster::cancelRollback).isInstanceOf(AccessControlException.class);
                assertThatThrownBy(() -> cluster.prepareRollback("s1")).isInstanceOf(AccessControlException.class);
                return null;
            });
        }
    }

    @Test
    void theFilesOfANamespaceCanBeReadAndNoOthers() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 0);
                VolsnapClient client = cluster.client()) {
            cluster.create("s1");

            var list = client.listNamespace(
                    ListNamespaceRequestProto.newBuilder().setName("s1").build());

            assertThat(list.getFilesList()).extracting(file -> file.getFile()).contains("current/VERSION");
            var version = client.readNamespace(ReadNamespaceRequestProto.newBuilder()
                    .setName("s1")
                    .setFile("current/VERSION")
                    .setOffset(0)
                    .setLength(1 << 20)
                    .build());
            assertThat(version.getData().toStringUtf8()).contains("blockpoolID=");
            assertThatThrownBy(() -> client.readNamespace(ReadNamespaceRequestProto.newBuilder()
                            .setName("s1")
                            .setFile("current/../../../dfs/name-0-1/current/VERSION")
                            .setOffset(0)
                            .setLength(10)
                            .build()))
                    .isInstanceOf(RefusedException.class);
        }
    }

    @Test
    void blocksToVerifyTravelWithThePolls() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1);
                FakePollers pollers = cluster.pollers();
                VolsnapClient client = cluster.client()) {
            cluster.create("s1");

            long task = client.startVerify(StartVerifyRequestProto.newBuilder()
                            .setName("s1")
                            .addBlocks(BlockRefProto.newBuilder()
                                    .setBlockId(1)
                                    .setStamp(2)
                                    .setLength(3))
                            .build())
                    .getTaskId();

            VerifyStatusResponseProto done = await().until(
                            () -> client.verifyStatus(VerifyStatusRequestProto.newBuilder()
                                    .setTaskId(task)
                                    .build()),
                            VerifyStatusResponseProto::getDone);
            assertThat(done.getVerdicts(0).getGood()).isEqualTo(1);
            assertThat(pollers.answers).isNotEmpty();
        }
    }

    @Test
    void aFullRegistryRefusesOneMoreSnapshotAndSaysHowManyFit() throws Exception {
        try (StockCluster cluster =
                new StockCluster(StockCluster.builder(dir, 0).set("dfs.namenode.fs-limits.max-xattr-size", "400"))) {
            cluster.create("s1");
            assertThatThrownBy(() -> {
                        for (int i = 2; i < 10; i++) {
                            cluster.create("s" + i);
                        }
                    })
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("dfs.namenode.fs-limits.max-xattr-size=400");
            cluster.delete("s1");
            await().until(() -> cluster.snapshot("s1").isEmpty());
        }
    }

    @Test
    void withoutTheKeyNamespacesAreKeptInTheNameDirectoriesAndTheNameNodeDoesNotMind() throws Exception {
        try (StockCluster cluster =
                new StockCluster(StockCluster.builder(dir, 0).set(VolsnapKeys.NAMESPACE_DIR, ""))) {
            cluster.create("s1");

            cluster.cluster.restartNameNode();

            assertThat(cluster.snapshot("s1")).isPresent();
            assertThat(cluster.status().getNamespaces(0).getCopies())
                    .isEqualTo(cluster.cluster.nameDirs().size());
            assertThat(cluster.cluster.nameDirs())
                    .allSatisfy(nameDir -> assertThat(nameDir.resolve("volsnap/1-s1/current/VERSION"))
                            .exists());
        }
    }

    @Test
    void theAccessListIsPutBackWhenHadoopThrowsItAway() throws Exception {
        try (StockCluster cluster =
                new StockCluster(StockCluster.builder(dir, 0).set("hadoop.security.authorization", "true"))) {
            cluster.create("s1");

            cluster.cluster.nameNode().getRpcServer().refreshServiceAcl();

            await().ignoreExceptions().until(() -> cluster.snapshot("s1").isPresent());
            assertThat(new VolsnapNameNodeBridge(cluster.cluster.nameNode())
                            .clientRpcServer()
                            .getServiceAuthorizationManager()
                            .getProtocolsWithAcls())
                    .contains(VolsnapProtocolPB.class);
        }
    }
}
