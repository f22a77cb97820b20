/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockIdManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.namenode.rollback.RollbackTool;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.PrepareRollbackResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

class RollbackTest {
    @TempDir
    Path dir;

    @Test
    void theNamespaceComesBackAndEveryCounterIsAboveAllThatWasUsed() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1)) {
            PrepareRollbackResponseProto prepared = cluster.prepareRollbackAfterChanges();
            List<String> atSnapshot = List.of("one:1000", "two:2000");
            BlockIdManager before = ids(cluster);
            long lastId = before.getLastAllocatedContiguousBlockId();
            long lastStamp = before.getGenerationStamp();
            cluster.cluster.stopNameNode();

            List<String> steps = new ArrayList<>();
            RollbackTool.Outcome outcome = new RollbackTool(cluster.conf, steps::add).run("s1", false, false);

            assertThat(steps).isNotEmpty();
            assertThat(outcome.lost()).isEmpty();
            cluster.cluster.startNameNode();
            assertThat(cluster.list("/a")).isEqualTo(atSnapshot);
            assertThat(ids(cluster).getLastAllocatedContiguousBlockId())
                    .isGreaterThan(lastId)
                    .isGreaterThan(2_000_000_000L);
            assertThat(ids(cluster).getGenerationStamp())
                    .isGreaterThan(lastStamp)
                    .isGreaterThan(5_000_000)
                    .isEqualTo(outcome.stamp() - 1);
            assertThat(cluster.snapshot("s2")).isPresent();
            assertThat(cluster.snapshot(prepared.getSafety().getName())
                            .orElseThrow()
                            .getState())
                    .isEqualTo(SnapshotStateProto.ACTIVE);
            assertThat(cluster.status().getRegistry().hasPendingRollback()).isFalse();
            assertThat(cluster.status().getRegistry().getEpochs(0).getFinished())
                    .isFalse();
            assertThat(cluster.cluster.nameNode().isInSafeMode()).isTrue();
        }
    }

    @Test
    void safeModeIsHeldUntilTheDataNodesHaveAppliedTheRollback() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1)) {
            var open = cluster.openFile("/a/open", 5000);
            cluster.prepareRollbackAfterChanges();
            assertThat(hasListOfDataNodes(cluster)).isTrue();
            cluster.cluster.stopNameNode();
            new RollbackTool(cluster.conf, step -> {}).run("s1", false, false);
            cluster.cluster.startNameNode();
            assertThat(hasListOfDataNodes(cluster)).isTrue();

            try (FakePollers pollers = cluster.pollers()) {
                pollers.distort(
                        request -> request.toBuilder().setAppliedEpoch(0).build());
                await().until(() -> cluster.status().getDatanodesCount() == 1
                        && cluster.status().getDatanodes(0).getMode().equals("FOLLOWING"));
                assertThat(cluster.cluster.nameNode().isInSafeMode()).isTrue();

                pollers.distort(request -> request);
                await().until(() -> !cluster.cluster.nameNode().isInSafeMode());
                await().until(() -> cluster.status().getRegistry().getEpochs(0).getFinished());
                await().until(() -> !hasListOfDataNodes(cluster));
                await().until(() -> pollers.answers.stream().anyMatch(answer -> answer.getSendFullReport()));
                await().until(() ->
                        cluster.cluster.fileSystem().isFileClosed(new org.apache.hadoop.fs.Path("/a/open")));
            }
            assertThatThrownBy(open::close).isInstanceOf(java.io.IOException.class);
        }
    }

    private static boolean hasListOfDataNodes(StockCluster cluster) throws java.io.IOException {
        return cluster.cluster.fileSystem().listXAttrs(new org.apache.hadoop.fs.Path("/")).stream()
                .anyMatch(ExpectedDatanodes.attribute(0)::equals);
    }

    @Test
    void aKilledRollbackIsFinishedByASecondRun() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1)) {
            cluster.prepareRollbackAfterChanges();
            cluster.cluster.stopNameNode();

            int killedAt = 0;
            RollbackTool.Outcome outcome = null;
            while (outcome == null) {
                int last = ++killedAt;
                int[] step = {0};
                try {
                    outcome = new RollbackTool(cluster.conf, line -> {
                                if (++step[0] == last) {
                                    throw new Killed();
                                }
                            })
                            .run("s1", false, false);
                } catch (Killed expected) {
                    assertThat(step[0]).isEqualTo(last);
                }
            }

            assertThat(killedAt).isGreaterThan(5);
            assertThat(outcome.epoch()).isEqualTo(1);
            cluster.cluster.startNameNode();
            assertThat(cluster.list("/a")).containsExactly("one:1000", "two:2000");
            assertThat(cluster.status().getRegistry().getEpochsCount()).isEqualTo(1);
            assertThat(cluster.cluster.nameDirs())
                    .hasSizeGreaterThan(1)
                    .allSatisfy(nameDir -> assertThat(nameDir.resolve("current"))
                            .isDirectoryContaining("glob:**/fsimage_*"
                                    + cluster.cluster.nameNode().getFSImage().getMostRecentCheckpointTxId()));
        }
    }

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    @Test
    void aRunThatDiedAfterAnyStepLeavesANamespaceThatStarts() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1)) {
            cluster.prepareRollbackAfterChanges();
            cluster.cluster.stopNameNode();
            int[] step = {0};
            assertThatThrownBy(() -> new RollbackTool(cluster.conf, line -> {
                                if (line.startsWith("switching") && ++step[0] == 2) {
                                    throw new Killed();
                                }
                            })
                            .run("s1", false, false))
                    .isInstanceOf(Killed.class);

            cluster.cluster.startNameNode();

            assertThat(cluster.list("/a")).containsExactly("one:1000", "two:2000");
        }
    }

    @Test
    void directoriesInUseAreRefusedByName() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1)) {
            cluster.prepareRollbackAfterChanges();

            assertThatThrownBy(() -> new RollbackTool(cluster.conf, step -> {}).run("s1", false, false))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("a NameNode holds")
                    .hasMessageContaining(cluster.cluster.nameDirs().get(0).toString());
        }
    }

    @Test
    void withoutPreparationARollbackIsRefused() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 0)) {
            cluster.create("s1");
            cluster.cluster.stopNameNode();

            assertThatThrownBy(() -> new RollbackTool(cluster.conf, step -> {}).run("s1", false, false))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("-prepareRollback s1");
            assertThatThrownBy(() -> new RollbackTool(cluster.conf, step -> {}).run("s9", false, false))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("no snapshot named s9");
        }
    }

    @Test
    void theRegistryOfAnotherBlockPoolIsRefused() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 0)) {
            cluster.create("s1");
            byte[] foreign = cluster.status().getRegistry().toBuilder()
                    .setBlockPoolId("BP-other")
                    .build()
                    .toByteArray();
            cluster.cluster.fileSystem().setXAttr(new org.apache.hadoop.fs.Path("/"), RegistryXAttr.NAME, foreign);
            cluster.cluster.stopNameNode();

            assertThatThrownBy(() -> new RollbackTool(cluster.conf, step -> {}).run("s1", false, false))
                    .isInstanceOf(RegistryDamagedException.class)
                    .hasMessageContaining("is of block pool BP-other");
        }
    }

    @Test
    void whatCameAfterTheSafetySnapshotIsLostOnlyWhenAccepted() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1)) {
            cluster.prepareRollbackAfterChanges();
            leaveSafeModeByHand(cluster);
            cluster.cluster.fileSystem().mkdirs(new org.apache.hadoop.fs.Path("/precious"));
            cluster.cluster.stopNameNode();

            RollbackTool tool = new RollbackTool(cluster.conf, step -> {});
            assertThatThrownBy(() -> tool.run("s1", false, false))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("-acceptLoss")
                    .hasMessageContaining("/precious");
            assertThat(tool.run("s1", true, false).lost())
                    .singleElement()
                    .asString()
                    .contains("/precious");
        }
    }

    /** Without a cancel. */
    private static void leaveSafeModeByHand(StockCluster cluster) throws java.io.IOException {
        cluster.cluster
                .nameNode()
                .getRpcServer()
                .setSafeMode(org.apache.hadoop.hdfs.protocol.HdfsConstants.SafeModeAction.SAFEMODE_LEAVE, false);
    }

    @Test
    void withoutTheListOfDataNodesARollbackIsRefused() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1)) {
            cluster.prepareRollbackAfterChanges();
            leaveSafeModeByHand(cluster);
            cluster.cluster
                    .fileSystem()
                    .removeXAttr(new org.apache.hadoop.fs.Path("/"), ExpectedDatanodes.attribute(0));
            cluster.cluster.stopNameNode();

            assertThatThrownBy(() -> new RollbackTool(cluster.conf, step -> {}).run("s1", true, false))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("list of the 1 DataNodes")
                    .hasMessageContaining("-cancelRollback");
        }
    }

    @Test
    void cancellingKeepsTheSafetySnapshotAndGoesOn() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1)) {
            PrepareRollbackResponseProto prepared = cluster.prepareRollbackAfterChanges();
            assertThat(cluster.cluster.nameNode().isInSafeMode()).isTrue();

            cluster.cancelRollback();
            cluster.cancelRollback();

            assertThat(cluster.cluster.nameNode().isInSafeMode()).isFalse();
            assertThat(cluster.snapshot(prepared.getSafety().getName())
                            .orElseThrow()
                            .getState())
                    .isEqualTo(SnapshotStateProto.ACTIVE);
            cluster.file("/a/more", 10);
        }
    }

    @Test
    void aPreparationThatADataNodeHoldsUpIsUndone() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1);
                FakePollers pollers = cluster.pollers()) {
            cluster.create("s1");
            pollers.distort(
                    request -> request.toBuilder().setRollbackReady(false).build());

            assertThatThrownBy(() -> cluster.prepareRollback("s1"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("ready for the rollback");

            assertThat(cluster.cluster.nameNode().isInSafeMode()).isFalse();
            assertThat(cluster.status().getRegistry().hasPendingRollback()).isFalse();
            assertThat(cluster.status().getRegistry().getSnapshotsList())
                    .extracting(snapshot -> snapshot.getName())
                    .containsExactly("s1");
        }
    }

    @Test
    void aPendingRollbackIsStillPendingAfterARestart() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 1)) {
            cluster.prepareRollbackAfterChanges();

            cluster.cluster.stopNameNode();
            cluster.cluster.startNameNode();
            cluster.cluster.mini().waitActive();

            assertThat(cluster.cluster.nameNode().isInSafeMode()).isTrue();
            assertThat(cluster.status().getRegistry().hasPendingRollback()).isTrue();
            assertThatThrownBy(() -> cluster.create("s3")).isInstanceOf(RefusedException.class);
            cluster.cancelRollback();
            assertThat(cluster.cluster.nameNode().isInSafeMode()).isFalse();
        }
    }

    private static BlockIdManager ids(StockCluster cluster) {
        return cluster.cluster.nameNode().getNamesystem().getBlockManager().getBlockIdManager();
    }
}
