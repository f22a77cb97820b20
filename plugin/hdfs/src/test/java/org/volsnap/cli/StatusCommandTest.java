/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.DatanodeStatusProto;
import org.volsnap.protocol.proto.VolsnapProtos.FenceProto;
import org.volsnap.protocol.proto.VolsnapProtos.LeftOutProto;
import org.volsnap.protocol.proto.VolsnapProtos.NamespaceCopyProto;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackProgressProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotAckProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotReportProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.VolumeProgressProto;
import org.volsnap.protocol.proto.VolsnapProtos.WindowStatusProto;

/** {@code -status} and {@code -list}: what they make of the NameNode's answer. */
class StatusCommandTest {
    private static final FenceProto FENCE = FenceProto.newBuilder()
            .setStamp(1042)
            .setLegacyStamp(1)
            .setLegacyLimit(0)
            .build();

    private final RecordingConsole printed = new RecordingConsole();

    @Test
    void showsEveryDataNodesExceptionsAndLastContact() throws Exception {
        status(twoDataNodes(registry()));

        assertThat(printed.out())
                .contains("Block pool: BP-1")
                .contains("Safe mode:  off")
                .containsPattern("(?m)^host1:9866 +FOLLOWING +0\\.3 s +1 K +2 +7 +1 *$")
                .containsPattern("(?m)^host2:9866 +SILENT +40 s +2 K +0 +8 +0 +disk 3 is full *$");
    }

    @Test
    void sumsUpASnapshotOverItsDataNodes() throws Exception {
        status(twoDataNodes(registry()));

        assertThat(printed.out()).containsPattern("(?m)^ *1 nightly +ACTIVE .* 3 K +15 +0 *$");
    }

    @Test
    void aSnapshotThatLostABlockVersionIsDegraded() throws Exception {
        StatusResponseProto status = answer(registry())
                .addDatanodes(dataNode("host1:9866").addSnapshots(report(1024).setLost(1)))
                .build();

        status(status);

        assertThat(printed.out()).containsPattern("(?m)^ *1 nightly +DEGRADED ");
    }

    @Test
    void namesTheDataNodesThatWereLeftOutOfASnapshot() throws Exception {
        RegistryProto.Builder registry = registry();
        registry.getSnapshotsBuilder(0)
                .addLeftOut(LeftOutProto.newBuilder().setUuid("u-7").setHostAndPort("host7:9866"))
                .addLeftOut(LeftOutProto.newBuilder().setUuid("u-8"));

        status(answer(registry).build());

        assertThat(printed.out()).contains("Left out:   of nightly: host7:9866 (u-7), u-8\n");
    }

    @Test
    void showsHowTheRollingWindowGetsOn() throws Exception {
        WindowStatusProto.Builder window =
                WindowStatusProto.newBuilder().setWindowMillis(86_400_000).setIntervalMillis(5_400_000);
        status(answer(registry()).setWindow(window).build());
        assertThat(printed.out()).contains("Window:     24h by 90m, no snapshot yet\n");

        RegistryProto.Builder registry = registry();
        registry.getSnapshotsBuilder(0).setWindow(true);
        window.setFailures(2).setFailedMillis(1_000).setProblem("RefusedException: host1:9866 did not come");
        status(answer(registry).setWindow(window).build());
        assertThat(printed.out())
                .containsPattern("Window:     24h by 90m, last one \\S+ \\S+, failed since the NameNode was started: 2,"
                        + " at \\S+ \\S+: RefusedException: host1:9866 did not come\n");

        status(answer(registry())
                .setWindow(WindowStatusProto.newBuilder().setProblem("interval must be 1s or more"))
                .build());
        assertThat(printed.out()).contains("Window:     none: interval must be 1s or more\n");
    }

    @Test
    void showsHowManyDataNodesAreReadyForARollback() throws Exception {
        RegistryProto registry = registry()
                .setPendingRollback(PendingRollbackProto.newBuilder()
                        .setSnapshotId(1)
                        .setSafetySnapshotId(2)
                        .setExpectedCount(2)
                        .setHighestStamp(1)
                        .setHighestBlockId(1))
                .build();
        StatusResponseProto status = answer(registry.toBuilder())
                .addDatanodes(dataNode("host1:9866").setRollbackReady(true))
                .addDatanodes(dataNode("host2:9866"))
                .build();

        status(status);

        assertThat(printed.out()).contains("Rollback:   to nightly is prepared, DataNodes ready: 1 of 2");
    }

    @Test
    void showsHowFarTheLastRollbackIs() throws Exception {
        RegistryProto.Builder registry = registry()
                .addEpochs(RollbackEpochProto.newBuilder()
                        .setNumber(1)
                        .setSnapshotId(1)
                        .setFence(FENCE)
                        .setNewStamp(2000)
                        .setCommittedMillis(0)
                        .setExpectedCount(2));
        StatusResponseProto status = answer(registry)
                .addDatanodes(dataNode("host1:9866").setAppliedEpoch(1))
                .addDatanodes(dataNode("host2:9866").setAppliedEpoch(0))
                .addAwaited("host2:9866 (uuid-2)")
                .addAwaited("uuid-3 (has not come since the NameNode was started)")
                .addRollbackProgress(RollbackProgressProto.newBuilder()
                        .setUuid("u2")
                        .setHostAndPort("host2:9866")
                        .setLastContactMillis(200)
                        .addVolumes(progress("/data/1", 100))
                        .addVolumes(progress("/data/2", 57)))
                .build();

        status(status);

        assertThat(printed.out())
                .contains("Rollback:   last one to nightly")
                .contains("running, DataNodes done: 1 of 2")
                .contains("\nWaits for:  host2:9866 (uuid-2), uuid-3 (has not come since the NameNode was started)\n")
                .containsPattern("host2:9866 +/data/1 +1 +100 % +0.2 s")
                .containsPattern("host2:9866 +/data/2 +1 +57 % +0.2 s");
    }

    private static VolumeProgressProto progress(String volume, int percent) {
        return VolumeProgressProto.newBuilder()
                .setVolume(volume)
                .setEpoch(1)
                .setPercent(percent)
                .build();
    }

    /** The registry forgets who was expected when all have followed. */
    @Test
    void aFinishedRollbackNamesThoseThatAreDoneOnly() throws Exception {
        RegistryProto.Builder registry = registry()
                .addEpochs(RollbackEpochProto.newBuilder()
                        .setNumber(1)
                        .setSnapshotId(1)
                        .setFence(FENCE)
                        .setNewStamp(2000)
                        .setCommittedMillis(0)
                        .setFinished(true));

        status(answer(registry)
                .addDatanodes(dataNode("host1:9866").setAppliedEpoch(1))
                .build());

        assertThat(printed.out()).containsPattern("(?m)finished, DataNodes done: 1$");
    }

    @Test
    void withANameItShowsThatSnapshotOnly() throws Exception {
        StatusResponseProto status = twoDataNodes(registry()).toBuilder()
                .addNamespaces(NamespaceCopyProto.newBuilder()
                        .setSnapshotId(1)
                        .setCopies(2)
                        .setBytes(4096))
                .build();

        status(status, "nightly");

        assertThat(printed.out())
                .containsPattern("(?m)^Name: +nightly *$")
                .containsPattern("(?m)^Generation stamp: +1042 *$")
                .containsPattern("(?m)^Namespace: +2 copies of 4 K *$")
                .containsPattern("(?m)^host1:9866 +FOLLOWING +0\\.3 s +1 K +3 +2 +7 +0 RECORDED *$");
    }

    @Test
    void aNameThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> status(twoDataNodes(registry()), "weekly"))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessage("There is no volume snapshot weekly");
    }

    @Test
    void anEmptyListSaysSo() throws Exception {
        run(new ListCommand(), answer(registry().clearSnapshots()).build());

        assertThat(printed.out()).isEqualTo("There are no volume snapshots.\n");
    }

    private void status(StatusResponseProto status, String... arguments) throws IOException {
        run(new StatusCommand(), status, arguments);
    }

    private void run(OnlineCommand command, StatusResponseProto status, String... arguments) throws IOException {
        VolsnapProtocol nameNode = mock(VolsnapProtocol.class);
        when(nameNode.status(any())).thenReturn(status);
        assertThat(command.parse(new Configuration(false), List.of(arguments)).run(nameNode, printed.console()))
                .isZero();
    }

    private static RegistryProto.Builder registry() {
        return RegistryProto.newBuilder()
                .setVersion(5)
                .setBlockPoolId("BP-1")
                .setNextSnapshotId(2)
                .addSnapshots(SnapshotProto.newBuilder()
                        .setId(1)
                        .setName("nightly")
                        .setState(SnapshotStateProto.ACTIVE)
                        .setCreatedMillis(0)
                        .setFence(FENCE));
    }

    private static StatusResponseProto.Builder answer(RegistryProto.Builder registry) {
        return StatusResponseProto.newBuilder().setRegistry(registry).setSafeMode(false);
    }

    private static StatusResponseProto twoDataNodes(RegistryProto.Builder registry) {
        return answer(registry)
                .addDatanodes(dataNode("host1:9866")
                        .setLastContactMillis(300)
                        .setPendingExceptions(2)
                        .setCompletedExceptions(7)
                        .setConflictingReads(1)
                        .addSnapshots(report(1024).setCompleted(7)))
                .addDatanodes(dataNode("host2:9866")
                        .setMode("SILENT")
                        .setLastContactMillis(40_000)
                        .setCompletedExceptions(8)
                        .setProblem("disk 3 is full")
                        .addSnapshots(report(2048).setCompleted(8)))
                .build();
    }

    private static DatanodeStatusProto.Builder dataNode(String hostAndPort) {
        return DatanodeStatusProto.newBuilder()
                .setUuid(hostAndPort)
                .setHostAndPort(hostAndPort)
                .setMode("FOLLOWING");
    }

    private static SnapshotReportProto.Builder report(long bytes) {
        return SnapshotReportProto.newBuilder()
                .setId(1)
                .setAck(SnapshotAckProto.RECORDED)
                .setPreservedBytes(bytes)
                .setVersions(3);
    }
}
