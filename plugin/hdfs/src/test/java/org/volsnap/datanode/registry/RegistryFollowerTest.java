/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.volsnap.datanode.registry.Registries.POOL;
import static org.volsnap.datanode.registry.Registries.snapshot;
import static org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto.ACTIVE;
import static org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto.CREATING;
import static org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto.DELETING;
import static org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto.MARKED;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.datanode.Admission;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.datanode.rollback.HadoopCaches;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.protocol.proto.VolsnapProtos.BlockRefProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotAckProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyTaskProto;
import org.volsnap.store.file.FileStore;
import org.volsnap.store.file.FileStoreOptions;

class RegistryFollowerTest {
    private static final FollowerSettings SETTINGS = new FollowerSettings(
            "uuid-1", "host:9866", Duration.ofMillis(5), Duration.ofSeconds(40), Duration.ofSeconds(1));
    private static final Duration LEASE_HERE = Duration.ofMillis(FakeNameNode.LEASE_MILLIS * 3 / 4);

    @TempDir
    Path root;

    private final FakeNameNode nameNode = new FakeNameNode();
    private final FakeTicker ticker = new FakeTicker();
    private final List<PoolVolume> volumes = new ArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private FakePool pool = new FakePool();
    private RegistryFollower follower;

    @BeforeEach
    void open() throws IOException {
        addVolume("one");
        follower = newFollower();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private PoolVolume addVolume(String name) throws IOException {
        Path directory = root.resolve(name);
        FileStore store = FileStore.open(
                directory.resolve("volsnap").resolve(POOL),
                FileStoreOptions.of(POOL, Map.of(), ChunkGeometry.ofSize(4096)));
        opened.add(0, store);
        PoolVolume volume = new PoolVolume(directory, new VolumeStore(store.exceptions(), store.replicas()));
        volumes.add(volume);
        return volume;
    }

    private RegistryFollower newFollower() {
        RegistryFollower made = new RegistryFollower(
                SETTINGS, pool, () -> volumes, nameNode, ticker, new HadoopCaches(new Configuration(false), POOL));
        opened.add(0, made);
        return made;
    }

    /** A new process on the same storage volumes. */
    private void restart() {
        follower.close();
        pool = new FakePool();
        follower = newFollower();
    }

    private void start() throws IOException {
        follower.beforeScan();
        follower.afterScan();
        await().untilAsserted(() -> assertThat(pool.admission()).isPresent());
    }

    private void startWith(RegistryProto registry) throws IOException {
        nameNode.tell(registry);
        start();
    }

    private void awaitCalls(String... calls) {
        await().untilAsserted(() -> assertThat(pool.engine.calls).containsExactly(calls));
    }

    private void awaitMode(FollowerMode mode) {
        await().untilAsserted(() -> assertThat(nameNode.last().getMode()).isEqualTo(mode.name()));
    }

    private void awaitAdmission(Admission admission) {
        await().untilAsserted(() -> assertThat(pool.admission()).contains(admission));
    }

    private void loseNameNode() {
        nameNode.fail(new IOException("connection refused"));
        ticker.advance(LEASE_HERE);
    }

    // ---- start

    @Test
    void theEngineReadsTheDirectoriesUntilHadoopHasScanned() throws IOException {
        follower.beforeScan();
        assertThat(pool.origin).isNotNull();
        follower.afterScan();
        assertThat(pool.origin).isNull();
    }

    @Test
    void aPoolThatCantReadTheRegistryDoesNotStart() {
        nameNode.fail(new IOException("connection refused"));
        assertThatThrownBy(follower::beforeScan)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("connection refused");
        assertThat(pool.admissions).isEmpty();
    }

    @Test
    void hadoopMayAskAgainUntilTheRegistryCanBeRead() throws IOException {
        nameNode.fail(new IOException("connection refused"));
        assertThatThrownBy(follower::beforeScan).isInstanceOf(IOException.class);
        startWith(Registries.of(1));
        awaitAdmission(Admission.OPEN);
    }

    @Test
    void knownSnapshotsAreBackBeforeHadoopScans() throws IOException {
        startWith(Registries.of(3, snapshot(1, ACTIVE), snapshot(2, CREATING)));
        restart();
        nameNode.fail(new IOException("connection refused"));
        assertThatThrownBy(follower::beforeScan).isInstanceOf(IOException.class);
        assertThat(pool.engine.calls).containsExactly("add 1", "add 2", "fence 1 1000");
    }

    @Test
    void everyPollSaysWhoAndHowFar() throws IOException {
        startWith(Registries.of(3));
        var poll = nameNode.last();
        assertThat(poll.getDatanodeUuid()).isEqualTo("uuid-1");
        assertThat(poll.getHostAndPort()).isEqualTo("host:9866");
        assertThat(poll.getBlockPoolId()).isEqualTo(POOL);
        assertThat(poll.getHighestStamp()).isEqualTo(47);
        assertThat(poll.getHighestBlockId()).isEqualTo(42);
        assertThat(poll.getPendingExceptions()).isEqualTo(3);
        assertThat(poll.getCompletedExceptions()).isEqualTo(2);
        assertThat(poll.getConflictingReads()).isEqualTo(1);
        await().untilAsserted(
                        () -> assertThat(nameNode.last().getRegistryVersion()).isEqualTo(3));
    }

    // ---- creation

    @Test
    void creatingIsAcknowledgedWhenTheEngineHasTheSnapshot() throws IOException {
        start();
        nameNode.tell(Registries.of(2, snapshot(1, CREATING)));
        await().untilAsserted(() -> assertThat(nameNode.ack(1)).isEqualTo(SnapshotAckProto.PRESERVING));
        awaitCalls("add 1");
    }

    @Test
    void markedIsAcknowledgedWhenOpenReplicasAreRecorded() throws IOException {
        start();
        nameNode.tell(Registries.of(2, snapshot(1, CREATING)));
        awaitCalls("add 1");
        nameNode.tell(Registries.of(3, snapshot(1, MARKED)));
        await().untilAsserted(() -> assertThat(nameNode.ack(1)).isEqualTo(SnapshotAckProto.RECORDED));
        awaitCalls("add 1", "fence 1 1000", "record 1 0");
    }

    @Test
    void anAcknowledgementDoesNotWaitForTheNextPoll() throws IOException {
        nameNode.pollSeldom();
        nameNode.tell(Registries.of(2, snapshot(1, MARKED)));
        start();
        await().untilAsserted(() -> assertThat(nameNode.ack(1)).isEqualTo(SnapshotAckProto.RECORDED));
    }

    @Test
    void aSnapshotOfWhichThisDataNodeMissedTheCreationComesWithItsFence() throws IOException {
        startWith(Registries.of(9, snapshot(4, ACTIVE)));
        awaitCalls("add 4", "fence 4 4000", "record 4 0");
    }

    @Test
    void openReplicasAreRecordedOnceForEverNotOncePerStart() throws IOException {
        startWith(Registries.of(9, snapshot(4, ACTIVE)));
        awaitCalls("add 4", "fence 4 4000", "record 4 0");
        restart();
        start();
        await().untilAsserted(() -> assertThat(nameNode.ack(4)).isEqualTo(SnapshotAckProto.RECORDED));
        assertThat(pool.engine.calls).doesNotContain("record 4 0");
    }

    // ---- deletion

    @Test
    void aSnapshotThatIsNoLongerListedStays() throws IOException {
        startWith(Registries.of(2, snapshot(1, ACTIVE)));
        nameNode.tell(Registries.of(3));
        await().untilAsserted(
                        () -> assertThat(nameNode.last().getRegistryVersion()).isEqualTo(3));
        await().untilAsserted(() ->
                assertThat(nameNode.last().getProblem()).contains("neither lists it nor calls it deleted"));
        assertThat(pool.engine.ids()).containsExactly("1");
    }

    @Test
    void aRecordOfDeletionDropsIt() throws IOException {
        startWith(Registries.of(2, snapshot(1, ACTIVE)));
        nameNode.tell(Registries.deleted(Registries.of(3), 1, 1));
        await().untilAsserted(() -> assertThat(pool.engine.ids()).isEmpty());
        await().untilAsserted(
                        () -> assertThat(nameNode.last().getSnapshotsList()).isEmpty());
    }

    @Test
    void theStateDeletingDropsIt() throws IOException {
        startWith(Registries.of(2, snapshot(1, ACTIVE)));
        nameNode.tell(Registries.of(3, snapshot(1, DELETING)));
        await().untilAsserted(() -> assertThat(pool.engine.calls).contains("drop 1"));
    }

    @Test
    void aDropThatTakesLongHoldsUpNothing() throws IOException {
        startWith(Registries.of(2, snapshot(1, ACTIVE)));
        pool.engine.dropMayGoOn = new CountDownLatch(1);
        nameNode.tell(Registries.deleted(Registries.of(4, snapshot(2, CREATING)), 1, 1));
        await().untilAsserted(() -> assertThat(nameNode.ack(2)).isEqualTo(SnapshotAckProto.PRESERVING));
        assertThat(pool.engine.ids()).containsExactly("1", "2");
        pool.engine.dropMayGoOn.countDown();
        await().untilAsserted(() -> assertThat(pool.engine.ids()).containsExactly("2"));
    }

    @Test
    void aDropThatACrashCutShortGoesOnAfterTheRestart() throws IOException {
        startWith(Registries.of(2, snapshot(1, ACTIVE)));
        pool.engine.dropMayGoOn = new CountDownLatch(1);
        nameNode.tell(Registries.deleted(Registries.of(3), 1, 1));
        await().untilAsserted(() -> assertThat(pool.engine.calls).contains("drop 1"));
        restart();
        start();
        awaitCalls("add 1", "fence 1 1000", "drop 1");
    }

    // ---- versions and pools

    @Test
    void anOlderRegistryIsNotFollowed() throws IOException {
        startWith(Registries.of(5, snapshot(1, ACTIVE)));
        nameNode.tell(Registries.deleted(Registries.of(4), 1, 1));
        await().untilAsserted(() -> assertThat(nameNode.last().getProblem()).contains("version 4", "seen 5"));
        assertThatThrownBy(follower::confirmBeforeReport).hasMessageContaining("seen 5");
        assertThat(pool.engine.ids()).containsExactly("1");
    }

    @Test
    void anOlderRegistryDoesNotRenewTheLease() throws IOException {
        startWith(Registries.of(5));
        nameNode.tell(Registries.of(4));
        ticker.advance(LEASE_HERE);
        awaitMode(FollowerMode.UNKNOWN);
    }

    @Test
    void theHighestVersionIsRememberedAcrossARestartOnEveryStorageVolume() throws IOException {
        addVolume("two");
        startWith(Registries.of(5, snapshot(1, ACTIVE)));
        restart();
        Files.delete(volumes.get(0).volsnap(POOL).resolve(StateFile.NAME));
        nameNode.tell(Registries.of(4));
        assertThatThrownBy(follower::beforeScan).hasMessageContaining("seen 5");
    }

    @Test
    void aNameNodeThatLostItsRegistryIsServedAndNothingIsDeletedOrDropped() throws IOException {
        startWith(Registries.of(5, snapshot(1, ACTIVE)));
        restart();
        nameNode.stamp(1000);
        nameNode.wantRegistry(true);
        nameNode.tell(Registries.deleted(Registries.of(2), 1, 1));
        start();
        assertThatCode(follower::checkServing).doesNotThrowAnyException();
        assertThatCode(follower::confirmBeforeReport).doesNotThrowAnyException();
        assertThat(pool.admission()).contains(Admission.HOLD_DELETES);
        assertThat(pool.engine.calls).containsExactly("add 1", "fence 1 1000", "add 1+");
        await().untilAsserted(() ->
                assertThat(nameNode.last().getRegistry()).isEqualTo(Registries.of(5, snapshot(1, ACTIVE))));
        assertThat(nameNode.last().getProblem()).contains("version 2", "seen 5");

        nameNode.wantRegistry(false);
        nameNode.tell(Registries.of(6, snapshot(1, ACTIVE)));
        awaitAdmission(Admission.OPEN);
        awaitMode(FollowerMode.FOLLOWING);
        await().untilAsserted(() -> assertThat(nameNode.last().hasRegistry()).isFalse());
        assertThat(pool.engine.ids()).contains("1");
    }

    @Test
    void aNameNodeThatGivesStampsOutAgainIsNotServed() throws IOException {
        startWith(Registries.of(5, snapshot(1, ACTIVE)));
        restart();
        nameNode.stamp(999);
        nameNode.tell(Registries.of(4));
        assertThatThrownBy(follower::beforeScan).hasMessageContaining("older namespace");
    }

    @Test
    void norIsOneThatHasNotGotAsFarAsWhatWasSaidSinceTheNewestSnapshot() throws IOException {
        nameNode.stamp(1500);
        startWith(Registries.of(5, snapshot(1, ACTIVE)));
        restart();
        nameNode.stamp(1499);
        nameNode.tell(Registries.of(4));
        assertThatThrownBy(follower::beforeScan).hasMessageContaining("older namespace");
    }

    @Test
    void norOneThatHasNotGotAsFarAsAReplica() throws IOException {
        startWith(Registries.of(5, snapshot(1, ACTIVE)));
        restart();
        pool.highestStamp = 1601;
        nameNode.stamp(1600);
        nameNode.tell(Registries.of(4));
        assertThatThrownBy(follower::beforeScan).hasMessageContaining("older namespace");
    }

    @Test
    void aForeignBlockPoolIsNotFollowed() throws IOException {
        nameNode.tell(Registries.of(5, snapshot(1, ACTIVE)).toBuilder()
                .setBlockPoolId("BP-other")
                .build());
        assertThatThrownBy(follower::beforeScan).hasMessageContaining("BP-other");
        assertThat(pool.engine.calls).isEmpty();
    }

    // ---- a registry that was restored without what this DataNode knew

    @Test
    void comingBackBeforeTheNextSnapshotItKeepsTheOneThatWasLost() throws IOException {
        startWith(Registries.of(7, snapshot(1, ACTIVE), snapshot(2, ACTIVE)));
        restart();
        startWith(restored(snapshot(1, ACTIVE)));
        awaitKeptThoughLost();
        nameNode.tell(restored(snapshot(1, ACTIVE), snapshot(1_000_002, MARKED)));
        await().untilAsserted(() -> assertThat(nameNode.ack(1_000_002)).isEqualTo(SnapshotAckProto.RECORDED));
        assertThat(pool.engine.ids()).containsExactly("1", "2", "1000002");
    }

    @Test
    void comingBackAfterTheNextSnapshotWasDeletedItKeepsTheOneThatWasLost() throws IOException {
        startWith(Registries.of(7, snapshot(1, ACTIVE), snapshot(2, ACTIVE)));
        restart();
        startWith(Registries.deleted(restored(snapshot(1, ACTIVE), snapshot(1_000_003, ACTIVE)), 1_000_002, 1_000_002));
        awaitKeptThoughLost();
        await().untilAsserted(() -> assertThat(nameNode.ack(1_000_003)).isEqualTo(SnapshotAckProto.RECORDED));
        assertThat(nameNode.ack(1)).isEqualTo(SnapshotAckProto.RECORDED);
        assertThat(pool.engine.ids()).containsExactly("1", "2", "1000003");
    }

    private static RegistryProto restored(SnapshotProto... snapshots) {
        return Registries.of(1_000_003 + snapshots.length, snapshots);
    }

    private void awaitKeptThoughLost() {
        await().untilAsserted(() -> assertThat(nameNode.last().getProblem())
                .contains("snapshot 2", "neither lists it nor calls it deleted"));
        assertThat(pool.engine.ids()).contains("2");
        assertThat(pool.engine.calls).doesNotContain("drop 2");
    }

    @Test
    void aSnapshotOfAnotherTimeUnderAKnownIdIsNamedAndNeverAcknowledged() throws IOException {
        startWith(Registries.of(7, snapshot(1, ACTIVE)));
        await().untilAsserted(() -> assertThat(nameNode.ack(1)).isEqualTo(SnapshotAckProto.RECORDED));
        SnapshotProto other =
                snapshot(1, ACTIVE).toBuilder().setFence(Registries.fence(1500)).build();
        nameNode.tell(Registries.of(8, other));
        await().untilAsserted(
                        () -> assertThat(nameNode.last().getProblem()).contains("snapshot 1", "as of another time"));
        await().untilAsserted(() -> assertThat(nameNode.ack(1)).isEqualTo(SnapshotAckProto.NONE));
        assertThat(pool.engine.calls).contains("fence 1 1000").doesNotContain("fence 1 1500", "drop 1");
        nameNode.tell(Registries.pending(Registries.of(9, other), 1));
        awaitMode(FollowerMode.ROLLBACK_PENDING);
        int polls = nameNode.polls.size();
        await().untilAsserted(() -> assertThat(nameNode.polls.size()).isGreaterThan(polls + 3));
        assertThat(nameNode.last().getRollbackReady()).isFalse();
    }

    @Test
    void aSnapshotThatIsBegunUnderAKnownIdIsNotAcknowledged() throws IOException {
        startWith(Registries.of(7, snapshot(1, ACTIVE)));
        nameNode.tell(Registries.of(8, snapshot(1, CREATING)));
        await().untilAsserted(() -> assertThat(nameNode.last().getProblem()).contains("as of another time"));
        await().untilAsserted(() -> assertThat(nameNode.ack(1)).isEqualTo(SnapshotAckProto.NONE));
    }

    // ---- a NameNode without volsnap

    @Test
    void withoutAnySnapshotHereANameNodeWithoutThePluginIsFine() throws IOException {
        nameNode.fail(new NoPluginException("no plugin", new IOException()));
        start();
        awaitAdmission(Admission.OPEN);
        assertThatCode(follower::confirmBeforeReport).doesNotThrowAnyException();
    }

    @Test
    void withASnapshotKnownHereItIsNot() throws IOException {
        startWith(Registries.of(2, snapshot(1, ACTIVE)));
        restart();
        nameNode.fail(new NoPluginException("no plugin", new IOException()));
        assertThatThrownBy(follower::beforeScan).hasMessageContaining("dfs.namenode.plugins");
    }

    @Test
    void somethingInAStoreIsAlsoASnapshotKnownHere() {
        pool.engine.owners.add(SnapshotId.ofRegistry(1));
        nameNode.fail(new NoPluginException("no plugin", new IOException()));
        assertThatThrownBy(follower::beforeScan).hasMessageContaining("dfs.namenode.plugins");
    }

    // ---- left out

    @Test
    void aSnapshotThatLeftThisDataNodeOutIsNeverLearned() throws IOException {
        startWith(Registries.of(4, Registries.leftOut(snapshot(1, ACTIVE), "uuid-1"), snapshot(2, ACTIVE)));
        awaitCalls("add 2", "fence 2 2000", "record 2 0");
        await().untilAsserted(() -> assertThat(nameNode.ack(2)).isEqualTo(SnapshotAckProto.RECORDED));
        assertThat(nameNode.ack(1)).isEqualTo(SnapshotAckProto.NONE);
    }

    @Test
    void oneThatWasGivenUpWhileTheSnapshotWasTakenDropsItAgain() throws IOException {
        startWith(Registries.of(4, snapshot(1, CREATING)));
        awaitCalls("add 1");
        nameNode.tell(Registries.of(5, Registries.leftOut(snapshot(1, MARKED), "uuid-1")));
        awaitCalls("add 1", "drop 1");
    }

    @Test
    void aRollbackToASnapshotThatLeftThisDataNodeOutAsksTheEngineForNothing() throws IOException {
        RegistryProto registry = Registries.epoch(
                Registries.of(6, Registries.leftOut(snapshot(1, ACTIVE), "uuid-1"), snapshot(2, ACTIVE)), 1, 1, 9_000);
        nameNode.tell(registry.toBuilder()
                .setEpochs(0, registry.getEpochs(0).toBuilder().addLeftOutDatanodes("uuid-1"))
                .build());
        follower.beforeScan();
        assertThat(pool.engine.calls).containsExactly("add 2", "fence 2 2000");
        assertThatCode(follower::checkServing).doesNotThrowAnyException();
    }

    // ---- lease

    @Test
    void afterTheLeaseEverythingIsPreservedAndDeletesAreHeld() throws IOException {
        startWith(Registries.of(2, snapshot(1, ACTIVE)));
        loseNameNode();
        awaitMode(FollowerMode.UNKNOWN);
        awaitAdmission(Admission.HOLD_DELETES);
        await().untilAsserted(() -> assertThat(pool.engine.ids()).containsExactly("1", "1+"));
    }

    @Test
    void anUnansweredPollWithinTheLeaseChangesNothing() throws IOException {
        startWith(Registries.of(2));
        nameNode.fail(new IOException("connection refused"));
        ticker.advance(LEASE_HERE.minusSeconds(1));
        int polls = nameNode.polls.size();
        await().untilAsserted(() -> assertThat(nameNode.polls.size()).isGreaterThan(polls + 3));
        assertThat(pool.admission()).contains(Admission.OPEN);
        assertThat(pool.engine.ids()).isEmpty();
    }

    @Test
    void withoutANewSnapshotTheProvisionalOneIsDroppedAndAFullReportIsSent() throws IOException {
        startWith(Registries.of(2, snapshot(1, ACTIVE)));
        loseNameNode();
        awaitAdmission(Admission.HOLD_DELETES);
        nameNode.tell(Registries.of(2, snapshot(1, ACTIVE)));
        awaitAdmission(Admission.OPEN);
        await().untilAsserted(() -> assertThat(pool.engine.ids()).containsExactly("1"));
        await().untilAsserted(() -> assertThat(pool.fullReports).hasValue(1));
    }

    @Test
    void theNewestNewSnapshotAdoptsAndOlderNewOnesComeAfterIt() throws IOException {
        startWith(Registries.of(2, snapshot(1, ACTIVE)));
        loseNameNode();
        await().untilAsserted(() -> assertThat(pool.engine.ids()).containsExactly("1", "1+"));
        pool.engine.calls.clear();
        nameNode.tell(Registries.of(9, snapshot(1, ACTIVE), snapshot(2, ACTIVE), snapshot(3, MARKED)));
        awaitAdmission(Admission.OPEN);
        awaitCalls("adopt 1+ by 3", "add 2", "fence 2 2000", "fence 3 3000", "record 2 0", "record 3 0");
    }

    @Test
    void aProvisionalSnapshotOutlivesTheProcessAndIsAdoptedThen() throws IOException {
        startWith(Registries.of(2, snapshot(1, ACTIVE)));
        loseNameNode();
        await().untilAsserted(() -> assertThat(pool.engine.ids()).containsExactly("1", "1+"));
        restart();
        startWith(Registries.of(4, snapshot(1, ACTIVE), snapshot(2, ACTIVE)));
        awaitCalls("add 1", "add 1+", "fence 1 1000", "adopt 1+ by 2", "fence 2 2000", "record 2 0");
    }

    /** This process stood still: meanwhile the NameNode counted it out, and took snapshots that the answer lacks. */
    @Test
    void anAnswerThatCameAfterTheEndOfItsLeaseIsNotBelieved() throws IOException {
        startWith(Registries.of(2));
        nameNode.beforeAnswer(() -> ticker.advance(LEASE_HERE));
        awaitAdmission(Admission.HOLD_DELETES);
        int polls = nameNode.polls.size();
        await().untilAsserted(() -> assertThat(nameNode.polls.size()).isGreaterThan(polls + 3));
        assertThat(pool.engine.calls).containsExactly("add 0+");
        assertThat(nameNode.last().getProblem()).contains("later than 30000 ms");
        nameNode.beforeAnswer(() -> {});
        awaitAdmission(Admission.OPEN);
    }

    @Test
    void theSameProvisionalSnapshotComesBackOnlyWhenItsDropHasEnded() throws IOException {
        startWith(Registries.of(2));
        loseNameNode();
        await().untilAsserted(() -> assertThat(pool.engine.ids()).containsExactly("0+"));
        pool.engine.dropMayGoOn = new CountDownLatch(1);
        nameNode.tell(Registries.of(2));
        await().untilAsserted(() -> assertThat(pool.engine.calls).contains("drop 0+"));
        loseNameNode();
        awaitAdmission(Admission.HOLD_DELETES);
        pool.engine.dropMayGoOn.countDown();
        await().untilAsserted(() -> assertThat(pool.engine.calls).containsExactly("add 0+", "drop 0+", "add 0+"));
        assertThat(pool.engine.ids()).containsExactly("0+");
    }

    // ---- pending rollback

    @Test
    void aPendingRollbackClosesThePoolAndIsReadyOnlyWhenNothingMoves() throws IOException {
        RegistryProto registry = Registries.of(4, snapshot(1, ACTIVE), snapshot(2, ACTIVE));
        startWith(registry);
        pool.queuedDeletions.set(7);
        nameNode.tell(Registries.pending(registry, 1));
        awaitAdmission(Admission.CLOSED);
        await().untilAsserted(() -> assertThat(pool.writersStopped.get()).isPositive());
        awaitMode(FollowerMode.ROLLBACK_PENDING);
        assertThat(nameNode.last().getRollbackReady()).isFalse();
        pool.engine.quiet = false;
        pool.queuedDeletions.set(0);
        int polls = nameNode.polls.size();
        await().untilAsserted(() -> assertThat(nameNode.polls.size()).isGreaterThan(polls + 3));
        assertThat(nameNode.last().getRollbackReady()).isFalse();
        pool.engine.quiet = true;
        await().untilAsserted(
                        () -> assertThat(nameNode.last().getRollbackReady()).isTrue());
    }

    @Test
    void aWriterThatHangsKeepsItFromBeingReadyAndIsNamed() throws IOException {
        RegistryProto registry = Registries.of(4, snapshot(1, ACTIVE));
        startWith(registry);
        pool.writersHang = true;
        nameNode.tell(Registries.pending(registry, 1));
        await().untilAsserted(() -> assertThat(nameNode.last().getProblem()).contains("a writer hangs"));
        assertThat(nameNode.last().getRollbackReady()).isFalse();
        pool.writersHang = false;
        await().untilAsserted(
                        () -> assertThat(nameNode.last().getRollbackReady()).isTrue());
    }

    @Test
    void aCancelledRollbackOpensThePoolAgain() throws IOException {
        RegistryProto registry = Registries.of(4, snapshot(1, ACTIVE));
        startWith(registry);
        nameNode.tell(Registries.pending(registry, 1));
        await().untilAsserted(
                        () -> assertThat(nameNode.last().getRollbackReady()).isTrue());
        nameNode.tell(Registries.of(5, snapshot(1, ACTIVE)));
        awaitAdmission(Admission.OPEN);
        awaitMode(FollowerMode.FOLLOWING);
        assertThat(nameNode.last().getRollbackReady()).isFalse();
    }

    @Test
    void aPendingRollbackOutlastsTheLease() throws IOException {
        RegistryProto registry = Registries.of(4, snapshot(1, ACTIVE));
        startWith(registry);
        nameNode.tell(Registries.pending(registry, 1));
        await().untilAsserted(
                        () -> assertThat(nameNode.last().getRollbackReady()).isTrue());
        loseNameNode();
        int polls = nameNode.polls.size();
        await().untilAsserted(() -> assertThat(nameNode.polls.size()).isGreaterThan(polls + 3));
        assertThat(nameNode.last().getMode()).isEqualTo("ROLLBACK_PENDING");
        assertThat(pool.admission()).contains(Admission.CLOSED);
    }

    // ---- epochs

    @Test
    void anEpochIsAppliedBeforeHadoopScansAndRememberedPerStorageVolume() throws IOException {
        nameNode.tell(Registries.epoch(Registries.of(6, snapshot(1, ACTIVE)), 1, 1, 9_000));
        follower.beforeScan();
        assertThat(pool.engine.calls).containsExactly("add 1", "fence 1 1000", "versions 1");
        assertThat(StateFile.read(volumes.get(0).volsnap(POOL)).orElseThrow().getAppliedEpoch())
                .isEqualTo(1);
        assertThatCode(follower::checkServing).doesNotThrowAnyException();
        restart();
        start();
        assertThat(pool.engine.calls).doesNotContain("versions 1");
        await().untilAsserted(
                        () -> assertThat(nameNode.last().getAppliedEpoch()).isEqualTo(1));
    }

    @Test
    void allEpochsThatWereMissedAreAppliedInOrder() throws IOException {
        RegistryProto registry = Registries.of(6, snapshot(1, ACTIVE), snapshot(2, ACTIVE));
        nameNode.tell(Registries.epoch(Registries.epoch(registry, 1, 1, 5_000), 2, 2, 9_000));
        follower.beforeScan();
        assertThat(pool.engine.calls)
                .containsExactly("add 1", "add 2", "fence 1 1000", "fence 2 2000", "versions 1", "versions 2");
    }

    @Test
    void aSnapshotTakenAfterTheRollbackIsLearnedAfterTheEpoch() throws IOException {
        RegistryProto registry = Registries.of(6, snapshot(1, ACTIVE), snapshot(5, ACTIVE), snapshot(6, CREATING));
        nameNode.tell(Registries.epoch(registry, 1, 1, 5_000));
        follower.beforeScan();
        assertThat(pool.engine.calls)
                .containsExactly("add 1", "fence 1 1000", "versions 1", "add 5", "add 6", "fence 5 5000");
    }

    @Test
    void aTargetThatIsDeletedByNowIsKnownWhileItsEpochIsApplied() throws IOException {
        RegistryProto registry = Registries.deleted(Registries.of(6), 1, 1);
        nameNode.tell(Registries.epoch(registry, 1, 1, 5_000));
        start();
        awaitCalls("add 1", "fence 1 1000", "versions 1", "drop 1");
    }

    @Test
    void aRunningDataNodeServesNothingOnceAnEpochIsCommitted() throws IOException {
        RegistryProto registry = Registries.of(4, snapshot(1, ACTIVE));
        startWith(registry);
        assertThatCode(follower::checkServing).doesNotThrowAnyException();
        nameNode.tell(Registries.epoch(registry.toBuilder().setVersion(5).build(), 3, 1, 9_000));
        awaitMode(FollowerMode.ROLLING_BACK);
        awaitAdmission(Admission.CLOSED);
        assertThatThrownBy(follower::checkServing)
                .isInstanceOf(IOException.class)
                .hasMessage("rollback epoch 3 of block pool " + POOL + " is not applied yet on this DataNode");
        assertThatThrownBy(follower::confirmBeforeReport).hasMessageContaining("rollback epoch 3");
        assertThat(pool.engine.calls).doesNotContain("versions 1");
    }

    @Test
    void aRunningDataNodeLeavesAndJoinsAgainOnceItIsQuiet() throws IOException {
        RegistryProto registry = Registries.of(4, snapshot(1, ACTIVE));
        startWith(registry);
        pool.queuedDeletions.set(1);
        nameNode.tell(Registries.epoch(registry.toBuilder().setVersion(5).build(), 1, 1, 9_000));
        await().untilAsserted(() -> assertThat(pool.writersStopped.get()).isGreaterThan(2));
        assertThat(pool.rejoins).hasValue(0);
        pool.queuedDeletions.set(0);
        await().untilAsserted(() -> assertThat(pool.rejoins).hasValue(1));
        int polls = nameNode.polls.size();
        await().untilAsserted(() -> assertThat(nameNode.polls.size()).isGreaterThan(polls + 3));
        assertThat(pool.rejoins).hasValue(1);
    }

    @Test
    void aPreparedRollbackThatIsCommittedMakesItLeaveAndJoinAgain() throws IOException {
        RegistryProto registry = Registries.of(4, snapshot(1, ACTIVE));
        startWith(registry);
        nameNode.tell(Registries.pending(registry, 1));
        await().untilAsserted(
                        () -> assertThat(nameNode.last().getRollbackReady()).isTrue());
        loseNameNode();
        assertThat(pool.rejoins).hasValue(0);
        nameNode.tell(Registries.epoch(registry.toBuilder().setVersion(6).build(), 1, 1, 9_000));
        await().untilAsserted(() -> assertThat(pool.rejoins).hasValue(1));
        assertThat(pool.admissions).doesNotContainSubsequence(Admission.CLOSED, Admission.OPEN);
    }

    @Test
    void afterANewRegistrationNothingIsServedBeforeTheRegistryIsRead() throws IOException {
        nameNode.pollSeldom();
        RegistryProto registry = Registries.of(4, snapshot(1, ACTIVE));
        startWith(registry);
        awaitMode(FollowerMode.FOLLOWING);
        nameNode.fail(new IOException("connection refused"));
        assertThatCode(follower::checkServing).doesNotThrowAnyException();

        pool.registration = new Object();
        assertThatThrownBy(follower::checkServing).hasMessageContaining("connection refused");
        nameNode.tell(registry);
        assertThatCode(follower::checkServing).doesNotThrowAnyException();
        nameNode.fail(new IOException("connection refused"));
        assertThatCode(follower::checkServing).doesNotThrowAnyException();

        pool.registration = new Object();
        nameNode.tell(Registries.epoch(registry.toBuilder().setVersion(5).build(), 1, 1, 9_000));
        assertThatThrownBy(follower::checkServing).hasMessageContaining("rollback epoch 1");
    }

    @Test
    void aStorageVolumeThatIsAddedLaterAppliesWhatItMissed() throws IOException {
        startWith(Registries.epoch(Registries.of(6, snapshot(1, ACTIVE)), 1, 1, 9_000));
        pool.engine.calls.clear();
        PoolVolume late = addVolume("late");
        Path finalized = Files.createDirectories(late.current(POOL).resolve("finalized"));
        Files.createDirectory(finalized.resolve("subdir0"));
        follower.beforeScan();
        assertThat(pool.engine.calls).containsExactly("versions 1");
        assertThat(StateFile.read(late.volsnap(POOL)).orElseThrow().getAppliedEpoch())
                .isEqualTo(1);
        follower.afterScan();
        awaitAdmission(Admission.OPEN);
        assertThat(pool.rejoins).hasValue(0);
    }

    @Test
    void aNewDiskHasNothingToApplyAndDisturbsNobody() throws IOException {
        startWith(Registries.epoch(Registries.of(6, snapshot(1, ACTIVE)), 1, 1, 9_000));
        awaitAdmission(Admission.OPEN);
        pool.engine.calls.clear();
        addVolume("new");
        follower.beforeScan();
        follower.afterScan();
        assertThat(pool.engine.calls).isEmpty();
        assertThat(pool.admissions).containsOnly(Admission.OPEN);
    }

    // ---- reports and work

    @Test
    void beforeAReportTheNameNodeIsAskedAgain() throws IOException {
        nameNode.pollSeldom();
        startWith(Registries.of(2));
        await().untilAsserted(() -> assertThat(nameNode.polls.size()).isGreaterThanOrEqualTo(2));
        int polls = nameNode.polls.size();
        follower.confirmBeforeReport();
        assertThat(nameNode.polls.size()).isGreaterThan(polls);
        nameNode.fail(new IOException("connection refused"));
        assertThatThrownBy(follower::confirmBeforeReport).hasMessageContaining("connection refused");
    }

    @Test
    void verifyWorkIsAnsweredOnce() throws IOException {
        startWith(Registries.of(2, snapshot(1, ACTIVE)));
        nameNode.verify(VerifyTaskProto.newBuilder()
                .setTaskId(77)
                .setSnapshotId(1)
                .addBlocks(
                        BlockRefProto.newBuilder().setBlockId(5).setStamp(900).setLength(10))
                .build());
        await().untilAsserted(() -> assertThat(nameNode.polls)
                .flatMap(poll -> poll.getVerifyResultsList())
                .hasSize(1));
        var result = nameNode.polls.stream()
                .flatMap(poll -> poll.getVerifyResultsList().stream())
                .findFirst()
                .orElseThrow();
        assertThat(result.getTaskId()).isEqualTo(77);
        assertThat(result.getBlocks(0).getResult()).isEqualTo(BlockVerifier.NOT_HERE);
    }

    @Test
    void whoWaitsForAClosedFollowerIsToldSo() throws IOException {
        start();
        follower.close();
        assertThatThrownBy(follower::confirmBeforeReport).hasMessageContaining("closed");
    }
}
