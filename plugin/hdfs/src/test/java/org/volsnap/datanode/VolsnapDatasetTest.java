/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;
import static org.volsnap.datanode.HadoopReplicas.POOL;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.StorageType;
import org.apache.hadoop.hdfs.protocol.Block;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.DataStorage;
import org.apache.hadoop.hdfs.server.datanode.ReplicaHandler;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInPipeline;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInfo;
import org.apache.hadoop.hdfs.server.datanode.StorageLocation;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeReference;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi.ScanInfo;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.stubbing.Answer;
import org.volsnap.engine.EngineSettings;
import org.volsnap.engine.LiveReplica;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.StampFence;

/** What each call of Hadoop preserves, before Hadoop makes the change, and what it is held to. */
class VolsnapDatasetTest {
    @TempDir
    Path root;

    private final TestParts parts = new TestParts();
    private final List<String> events = parts.events;
    private final DataNode dataNode = mock(DataNode.class);
    private HadoopReplicas hadoop;
    private SnapshotPools pools;
    private VolsnapDataset dataset;

    @BeforeEach
    void open() throws IOException {
        hadoop = new HadoopReplicas(root);
        DataStorage storage = mock(DataStorage.class);
        when(storage.getClusterID()).thenReturn("CID-1");
        when(storage.getDatanodeUuid()).thenReturn("uuid-1");
        when(hadoop.dataset.getFsVolumeReferences())
                .thenAnswer(call -> new FsDatasetSpi.FsVolumeReferences(List.of(hadoop.volume)));
        when(hadoop.volume.obtainReference()).thenAnswer(call -> hadoop.reference());
        EngineSettings settings = new EngineSettings(ChunkGeometry.ofSize(4096), 1);
        Joining joining = Joining.of(new Nameservices(dataNode), hadoop.dataset);
        pools = new SnapshotPools(
                hadoop.dataset,
                joining.rejoin(),
                pool -> new PoolContext(pool, dataNode, storage, hadoop.dataset, parts, settings, joining));
        dataset = new VolsnapDataset(hadoop.dataset, pools);
        dataset.addBlockPool(POOL, new Configuration(false));
        pools.of(POOL).setAdmission(Admission.OPEN);
        parts.engine.snapshot(1, StampFence.at(2000));
        events.clear();
    }

    // ---- append

    @Test
    void anAppendPreservesTheHeaderAndTheChunkOfThePartialChecksum() throws IOException {
        hadoop.finalized(1, 1000, 10_000, 512);
        when(hadoop.dataset.append(any(), anyLong(), anyLong())).then(hadoopIsCalled("append"));

        dataset.append(block(1, 1000), 2001, 10_000);

        assertThat(events)
                .containsExactly("gate 1_1000 FINALIZED of 10000 -> 2001 of 10000, at risk 2+1", "append", "end");
    }

    @Test
    void anAppendAtTheEndOfAChecksumChunkPreservesOnlyTheHeader() throws IOException {
        hadoop.finalized(1, 1000, 8_704, 512);

        dataset.append(block(1, 1000), 2001, 8_704);

        assertThat(events).containsExactly("gate 1_1000 FINALIZED of 8704 -> 2001 of 8704, at risk 0+0", "end");
    }

    @Test
    void aChecksumChunkAcrossChunksPutsAllOfThemAtRisk() throws IOException {
        hadoop.finalized(1, 1000, 10_000, 6_000);

        dataset.append(block(1, 1000), 2001, 10_000);

        assertThat(events).first().asString().endsWith("at risk 1+2");
    }

    @Test
    void recoverAppendOfAFinalizedReplicaIsAnAppend() throws IOException {
        hadoop.finalized(1, 1000, 10_000, 512);

        dataset.recoverAppend(block(1, 1000), 2001, 10_000);

        assertThat(events).containsExactly("gate 1_1000 FINALIZED of 10000 -> 2001 of 10000, at risk 2+1", "end");
    }

    @Test
    void recoverAppendOfAWrittenReplicaHoldsNoGate() throws IOException {
        hadoop.written(1, 1000, 10_000, 9_000);

        dataset.recoverAppend(block(1, 1000), 2001, 10_000);

        assertThat(events).containsExactly("announce 1_1000 OPEN of 9000 -> 2001 of 9000, at risk 0+0", "end");
    }

    // ---- recovery

    @Test
    void recoverRbwHoldsNoGate() throws IOException {
        hadoop.written(1, 1000, 10_000, 9_000);

        dataset.recoverRbw(block(1, 1000), 2001, 0, 20_000);

        assertThat(events).containsExactly("announce 1_1000 OPEN of 9000 -> 2001 of 9000, at risk 0+0", "end");
    }

    @Test
    void recoverCloseOfAFinalizedReplicaPreservesItsHeader() throws IOException {
        hadoop.finalized(1, 1000, 10_000, 512);

        dataset.recoverClose(block(1, 1000), 2001, 10_000);

        assertThat(events).containsExactly("gate 1_1000 FINALIZED of 10000 -> 2001 of 10000, at risk 0+0", "end");
    }

    @Test
    void recoverCloseOfAWrittenReplicaHoldsNoGate() throws IOException {
        hadoop.written(1, 1000, 10_000, 10_000);

        dataset.recoverClose(block(1, 1000), 2001, 10_000);

        assertThat(events).containsExactly("announce 1_1000 OPEN of 10000 -> 2001 of 10000, at risk 0+0", "end");
    }

    // ---- truncate and lease recovery

    @Test
    void aTruncateInMidChunkPreservesFromThereToTheEnd() throws IOException {
        hadoop.finalized(1, 1000, 20_000, 512);
        hadoop.recover(1, 2001);

        dataset.updateReplicaUnderRecovery(block(1, 1000), 2001, 1, 5_000);

        assertThat(events).containsExactly("gate 1_1000 FINALIZED of 20000 -> 2001 of 5000, at risk 1+4", "end");
    }

    @Test
    void aTruncateAtAChunksEndLeavesThatChunk() throws IOException {
        hadoop.finalized(1, 1000, 20_000, 512);
        hadoop.recover(1, 2001);

        dataset.updateReplicaUnderRecovery(block(1, 1000), 2001, 1, 8_192);

        assertThat(events).containsExactly("gate 1_1000 FINALIZED of 20000 -> 2001 of 8192, at risk 2+3", "end");
    }

    @Test
    void aRecoveryAtTheSameLengthPreservesOnlyTheHeader() throws IOException {
        hadoop.finalized(1, 1000, 20_000, 512);
        hadoop.recover(1, 2001);

        dataset.updateReplicaUnderRecovery(block(1, 1000), 2001, 1, 20_000);

        assertThat(events).containsExactly("gate 1_1000 FINALIZED of 20000 -> 2001 of 20000, at risk 0+0", "end");
    }

    @Test
    void theRecoveryOfAWrittenReplicaGoesByWhatWasAcknowledged() throws IOException {
        hadoop.written(1, 1000, 10_000, 9_000);
        hadoop.recover(1, 2001);

        dataset.updateReplicaUnderRecovery(block(1, 1000), 2001, 1, 9_500);

        assertThat(events).containsExactly("gate 1_1000 OPEN of 9000 -> 2001 of 9000, at risk 0+0", "end");
    }

    @Test
    void aCopyOnTruncateLeavesTheReplicaAlone() throws IOException {
        hadoop.finalized(1, 1000, 20_000, 512);
        hadoop.recover(1, 2001);

        dataset.updateReplicaUnderRecovery(block(1, 1000), 2001, 77, 5_000);

        assertThat(events).isEmpty();
    }

    // ---- deletes

    @Test
    void anInvalidatePreservesAllItsReplicasInOneGoBeforeHadoopDeletesThem() throws IOException {
        hadoop.finalized(1, 1000, 100, 512);
        hadoop.written(2, 1001, 700, 600);
        hadoop.finalized(3, 1005, 100, 512);
        doAnswer(hadoopIsCalled("invalidate")).when(hadoop.dataset).invalidate(any(), any());

        dataset.invalidate(POOL, new Block[] {new Block(2, 0, 1001), new Block(1, 0, 1000), new Block(3, 0, 999)});

        assertThat(events)
                .as("blk_3 has another stamp: Hadoop does not delete it")
                .containsExactly("whole [1_1000 FINALIZED of 100, 2_1001 OPEN of 600]", "invalidate", "end");
    }

    @Test
    void createRbwWithANewStampPreservesTheReplicaItDeletes() throws IOException {
        hadoop.finalized(1, 1000, 100, 512);
        createsRbw();

        dataset.createRbw(StorageType.DISK, "s", block(1, 2001), false, 2002);

        assertThat(events).startsWith("whole [1_1000 FINALIZED of 100]").endsWith("end");
    }

    @Test
    void createTemporaryPreservesAnOlderReplicaAndHoldsNoGate() throws IOException {
        hadoop.finalized(1, 1000, 100, 512);
        when(hadoop.dataset.createTemporary(any(), any(), any(), anyBoolean())).then(hadoopIsCalled("createTemporary"));

        dataset.createTemporary(StorageType.DISK, "s", block(1, 1001), true);

        assertThat(events).containsExactly("whole [1_1000 FINALIZED of 100]", "end", "createTemporary");
    }

    @Test
    void createTemporaryThatHadoopRefusesPreservesNothing() throws IOException {
        hadoop.finalized(1, 1000, 100, 512);

        dataset.createTemporary(StorageType.DISK, "s", block(1, 1001), false);
        dataset.createTemporary(StorageType.DISK, "s", block(1, 1000), true);

        assertThat(events).containsExactly("whole []", "end", "whole []", "end");
    }

    @Test
    void theDirectoryScannersDuplicatePreservesTheOlderOfTheTwo() throws IOException {
        hadoop.finalized(1, 1000, 100, 512);
        ReplicaPair older = ReplicaPair.write(hadoop.directory("finalized/subdir7"), 1, 999, 90, 512);
        ReplicaPair newer = ReplicaPair.write(hadoop.directory("finalized/subdir8"), 1, 1001, 110, 512);

        dataset.checkAndUpdate(POOL, scanned(older));
        dataset.checkAndUpdate(POOL, scanned(newer));

        assertThat(events)
                .containsExactly("whole [1_999 FINALIZED of 90]", "end", "whole [1_1000 FINALIZED of 100]", "end");
    }

    @Test
    void aReplicaThatIsWhereHadoopKnowsItIsNoDuplicate() throws IOException {
        dataset.checkAndUpdate(POOL, scanned(hadoop.finalized(1, 1000, 100, 512)));

        assertThat(events).isEmpty();
        verify(hadoop.dataset).checkAndUpdate(any(), any());
    }

    @Test
    void aScanPreservesTheOlderOfTwoReplicasFirst() throws IOException {
        ReplicaPair.write(hadoop.directory("finalized/subdir0/subdir0"), 1, 1000, 90, 512);
        ReplicaPair.write(hadoop.directory("finalized/subdir0/subdir1"), 1, 1003, 95, 512);
        ReplicaPair.write(hadoop.directory("finalized/subdir0/subdir0"), 2, 1001, 95, 512);
        dataset.shutdownBlockPool(POOL);
        events.clear();
        doAnswer(hadoopIsCalled("scan")).when(hadoop.dataset).addBlockPool(any(), any());

        dataset.addBlockPool(POOL, new Configuration(false));

        assertThat(events)
                .containsExactly(
                        "volume added", "before scan", "whole [1_1000 FINALIZED of 90]", "end", "scan", "after scan");
    }

    // ---- what begins

    @Test
    void aReplicaCreatedAfterTUnderAStampFromBeforeIsRecordedAsEmpty() throws IOException {
        ReplicaInfo created = createsRbw();

        ReplicaHandler handler = dataset.createRbw(StorageType.DISK, "s", block(1, 1999), false);

        assertThat(events).containsExactly("record for 1 1_1999 OPEN of 0");
        assertThat(handler.getReplica()).isSameAs(created);
    }

    @Test
    void aReplicaThatJoinsAPipelineAfterTIsRecordedAsEmpty() throws IOException {
        hadoop.written(1, 1999, 700, 700);
        ReplicaInPipeline joined = (ReplicaInPipeline) requireNonNull(hadoop.map.get(1L));
        when(hadoop.dataset.convertTemporaryToRbw(any())).thenReturn(joined);

        assertThat(dataset.convertTemporaryToRbw(block(1, 1999))).isSameAs(joined);

        assertThat(events).containsExactly("record for 1 1_1999 OPEN of 0");
    }

    @Test
    void aReplicaCreatedUnderAStampFromAfterTIsNotRecorded() throws IOException {
        createsRbw();

        dataset.createRbw(StorageType.DISK, "s", block(1, 2001), false);

        assertThat(events).isEmpty();
    }

    @Test
    void aReplicaCreatedWhileTIsUnknownIsRecordedForTheSnapshotBefore() throws IOException {
        parts.engine.snapshot(2, StampFence.OPEN);
        createsRbw();

        dataset.createRbw(StorageType.DISK, "s", block(1, 1999), false);

        assertThat(events).containsExactly("record for 1 1_1999 OPEN of 0");
    }

    @Test
    void anInterruptedRecordGivesTheStorageVolumeBack() throws IOException {
        FsVolumeReference reference = hadoop.reference();
        createsRbw(reference);
        parts.engine.interrupted = true;

        assertThatThrownBy(() -> dataset.createRbw(StorageType.DISK, "s", block(1, 1999), false))
                .isInstanceOf(InterruptedIOException.class);
        verify(reference).close();
    }

    @Test
    void openReplicasAreThoseThatHadoopWritesNow() throws IOException {
        hadoop.written(1, 1000, 700, 600);
        hadoop.waiting(2, 1001, 800);
        hadoop.finalized(3, 1002, 900, 512);
        dataset.recoverRbw(block(1, 1000), 1003, 0, 700);
        dataset.append(block(3, 1002), 1004, 900);
        when(hadoop.dataset.deepCopyReplica(POOL)).thenAnswer(call -> Set.copyOf(hadoop.map.values()));
        pools.of(POOL).seedOpenReplicas();

        assertThat(pools.of(POOL).openReplicas())
                .extracting(LiveReplica::length)
                .containsExactlyInAnyOrder(600L, 800L);
        assertThat(pools.of(POOL).highestStamp()).isEqualTo(1004);
        assertThat(pools.of(POOL).highestBlockId()).isEqualTo(3);
    }

    @Test
    void writersOfOpenReplicasAreStopped() throws IOException {
        hadoop.written(1, 1000, 700, 600);
        dataset.recoverRbw(block(1, 1000), 1003, 0, 700);

        pools.of(POOL).stopWriters(1_000);

        assertThat(((ReplicaInPipeline) requireNonNull(hadoop.map.get(1L)))
                        .attemptToSetWriter(null, Thread.currentThread()))
                .as("there is no writer any more")
                .isTrue();
    }

    // ---- no snapshot, and trouble

    @Test
    void withoutSnapshotsNothingIsLookedUp() throws IOException {
        parts.engine.chain.clear();
        hadoop.map.clear();

        dataset.recoverClose(block(1, 1000), 2001, 100);
        dataset.updateReplicaUnderRecovery(block(1, 1000), 2001, 1, 100);
        dataset.invalidate(POOL, new Block[] {new Block(1, 0, 1000)});

        assertThat(events).isEmpty();
        verify(hadoop.dataset).invalidate(any(), any());
    }

    @Test
    void aBrokenEngineStopsNoChange() throws IOException {
        hadoop.finalized(1, 1000, 10_000, 512);
        parts.engine.broken = true;

        dataset.append(block(1, 1000), 2001, 10_000);
        dataset.invalidate(POOL, new Block[] {new Block(1, 0, 1000)});

        verify(hadoop.dataset).append(any(), anyLong(), anyLong());
        verify(hadoop.dataset).invalidate(any(), any());
        assertThat(pools.of(POOL).problem()).hasValue("2 changes went through without preservation");
    }

    @Test
    void aReplicaWithADamagedMetaFileStopsNoChange() throws IOException {
        ReplicaPair pair = hadoop.finalized(1, 1000, 10_000, 512);
        Files.write(pair.files.meta(), new byte[3]);

        dataset.append(block(1, 1000), 2001, 10_000);

        verify(hadoop.dataset).append(any(), anyLong(), anyLong());
        assertThat(pools.of(POOL).problem()).isPresent();
    }

    @Test
    void hadoopsOwnRefusalComesOutAndTheGateIsGivenBack() throws IOException {
        hadoop.finalized(1, 1000, 10_000, 512);
        IOException refusal = new IOException("Corrupted replica");
        when(hadoop.dataset.append(any(), anyLong(), anyLong())).thenThrow(refusal);

        assertThatThrownBy(() -> dataset.append(block(1, 1000), 2001, 10_000)).isSameAs(refusal);
        assertThat(events).last().isEqualTo("end");
    }

    @Test
    void aStoreThatDoesNotOpenLeavesThePoolInService() throws IOException {
        dataset.shutdownBlockPool(POOL);
        parts.badDirectories.add(root.resolve("volsnap").resolve(POOL));

        dataset.addBlockPool(POOL, new Configuration(false));

        assertThat(pools.of(POOL).problem())
                .hasValueSatisfying(problem -> assertThat(problem)
                        .contains("no snapshot store on " + root)
                        .contains("damaged"));
        assertThat(pools.of(POOL).volumes()).hasSize(1).allMatch(PoolVolume::isStoreAbsent);
    }

    @Test
    void anUnreadableRegistryIsAskedAgainBeforeThePoolIsInService() throws IOException {
        dataset.shutdownBlockPool(POOL);
        events.clear();
        parts.registryTrouble.add(new IOException("no NameNode"));

        dataset.addBlockPool(POOL, new Configuration(false));

        assertThat(events).containsExactly("volume added", "before scan", "before scan", "after scan");
    }

    @Test
    void aStopWhileTheRegistryIsUnreadableClosesWhatWasOpen() throws IOException {
        dataset.shutdownBlockPool(POOL);
        events.clear();
        parts.registryTrouble.add(new InterruptedIOException("stopped"));

        assertThatThrownBy(() -> dataset.addBlockPool(POOL, new Configuration(false)))
                .hasMessage("stopped");

        assertThat(events).containsExactly("volume added", "before scan", "follower closed", "closed", "store closed");
        assertThatThrownBy(() -> dataset.append(block(1, 1000), 2001, 1)).hasMessageContaining("not in service");
    }

    // ---- admission

    @Test
    void whileTheRegistryIsUnknownDeletesAreLeftAndReportedLater() throws IOException {
        pools.of(POOL).setAdmission(Admission.HOLD_DELETES);
        hadoop.finalized(1, 1000, 100, 512);

        dataset.invalidate(POOL, new Block[] {new Block(1, 0, 1000)});
        verify(hadoop.dataset, never()).invalidate(any(), any());
        pools.of(POOL).setAdmission(Admission.OPEN);

        verify(dataNode).triggerBlockReport(any());
    }

    @Test
    void aPendingRollbackRefusesEveryChange() throws IOException {
        pools.of(POOL).setAdmission(Admission.CLOSED);
        ExtendedBlock block = block(1, 1000);

        List<ThrowingCallable> changes = List.of(
                () -> dataset.append(block, 2001, 1),
                () -> dataset.recoverAppend(block, 2001, 1),
                () -> dataset.recoverRbw(block, 2001, 1, 1),
                () -> dataset.recoverClose(block, 2001, 1),
                () -> dataset.createRbw(StorageType.DISK, "s", block, false),
                () -> dataset.createTemporary(StorageType.DISK, "s", block, false),
                () -> dataset.convertTemporaryToRbw(block),
                () -> dataset.finalizeBlock(block, false),
                () -> dataset.updateReplicaUnderRecovery(block, 2001, 1, 1),
                () -> dataset.invalidate(POOL, new Block[] {block.getLocalBlock()}),
                () -> dataset.moveBlockAcrossStorage(block, StorageType.SSD, "s"),
                () -> dataset.moveBlockAcrossVolumes(block, hadoop.volume));

        assertThat(changes)
                .allSatisfy(change -> assertThatThrownBy(change)
                        .isInstanceOf(AdmissionException.class)
                        .hasMessageContaining("rollback"));
        assertThat(events).isEmpty();
    }

    @Test
    void aScanThatMeetsAClosedPoolChangesNothingAndGoesOn() throws IOException {
        pools.of(POOL).setAdmission(Admission.CLOSED);

        dataset.checkAndUpdate(POOL, scanned(ReplicaPair.write(root, 1, 1000, 1, 512)));

        verify(hadoop.dataset, never()).checkAndUpdate(any(), any());
        assertThat(events).isEmpty();
    }

    @Test
    void anUnappliedEpochStopsReadsDeletesAndReports() throws IOException {
        parts.notServing = new IOException("epoch 3 is not applied");

        assertThatThrownBy(() -> dataset.getBlockInputStream(block(1, 1000), 0)).hasMessageContaining("epoch 3");
        assertThatThrownBy(() -> dataset.getTmpInputStreams(block(1, 1000), 0, 0))
                .hasMessageContaining("epoch 3");
        assertThatThrownBy(() -> dataset.getMetaDataInputStream(block(1, 1000))).hasMessageContaining("epoch 3");
        assertThatThrownBy(() -> dataset.getBlockLocalPathInfo(block(1, 1000))).hasMessageContaining("epoch 3");
        assertThatThrownBy(() -> dataset.getReplicaVisibleLength(block(1, 1000)))
                .hasMessageContaining("epoch 3");
        assertThatThrownBy(() -> dataset.invalidate(POOL, new Block[0])).hasMessageContaining("epoch 3");
        assertThatThrownBy(() -> dataset.getBlockReports(POOL))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("epoch 3");
    }

    // ---- storage volumes and the end

    @Test
    void anAddedStorageVolumeHasItsStoreBeforeItIsScanned() throws IOException {
        doAnswer(hadoopIsCalled("scan")).when(hadoop.dataset).addVolume(any(), any());

        dataset.addVolume(StorageLocation.parse(root.resolve("second").toString()), List.of());

        assertThat(events).containsExactly("volume added", "before scan", "scan", "after scan");
        assertThat(pools.of(POOL).volumes()).hasSize(2);
    }

    @Test
    void aStorageVolumeThatHadoopRefusesIsLetGo() throws IOException {
        doThrow(new IOException("bad disk")).when(hadoop.dataset).addVolume(any(), any());

        assertThatThrownBy(() -> dataset.addVolume(
                        StorageLocation.parse(root.resolve("second").toString()), List.of()))
                .hasMessage("bad disk");

        assertThat(events).endsWith("volume removed", "store closed", "volumes removed");
        assertThat(pools.of(POOL).volumes()).hasSize(1);
    }

    @Test
    void aRemovedStorageVolumeIsLetGo() throws IOException {
        dataset.removeVolumes(List.of(StorageLocation.parse(root.toString())), false);

        assertThat(events).containsExactly("volume removed", "store closed", "volumes removed");
    }

    @Test
    void aStorageVolumeInMemoryIsRefused() {
        assertThatThrownBy(() -> dataset.addVolume(StorageLocation.parse("[RAM_DISK]/ram"), List.of()))
                .hasMessageContaining("volsnap can't work with storage volumes in memory")
                .hasMessageContaining("/ram");
    }

    @Test
    void theStoreIsClosedAfterHadoopHasLetThePoolGo() {
        doAnswer(hadoopIsCalled("shutdown")).when(hadoop.dataset).shutdown();

        dataset.shutdown();

        assertThat(events).containsExactly("shutdown", "follower closed", "closed", "store closed");
    }

    @Test
    void anInterruptedPreservationChangesNothing() throws IOException {
        hadoop.finalized(1, 1000, 100, 512);
        parts.engine.interrupted = true;

        assertThatThrownBy(() -> dataset.append(block(1, 1000), 2001, 100)).isInstanceOf(InterruptedIOException.class);
        assertThatThrownBy(() -> dataset.invalidate(POOL, new Block[] {new Block(1, 0, 1000)}))
                .isInstanceOf(InterruptedIOException.class);

        verify(hadoop.dataset, never()).append(any(), anyLong(), anyLong());
        verify(hadoop.dataset, never()).invalidate(any(), any());
    }

    private <T> Answer<T> hadoopIsCalled(String name) {
        return call -> {
            events.add(name);
            return null;
        };
    }

    /** Hadoop makes a replica of what it is asked for, still without a meta file. */
    private ReplicaInfo createsRbw() throws IOException {
        return createsRbw(hadoop.reference());
    }

    private ReplicaInfo createsRbw(FsVolumeReference reference) throws IOException {
        ReplicaPair pair = hadoop.written(77, 1999, 0, 0);
        Files.delete(pair.files.meta());
        ReplicaInfo created = requireNonNull(hadoop.map.remove(77L));
        when(hadoop.dataset.createRbw(any(), any(), any(), anyBoolean(), anyLong()))
                .thenAnswer(call -> {
                    ExtendedBlock block = call.getArgument(2);
                    created.setBlockId(block.getBlockId());
                    created.setGenerationStamp(block.getGenerationStamp());
                    return new ReplicaHandler((ReplicaInPipeline) created, reference);
                });
        return created;
    }

    private ScanInfo scanned(ReplicaPair pair) {
        Path directory = requireNonNull(pair.files.data().getParent());
        return new ScanInfo(
                pair.blockId,
                directory.toFile(),
                String.valueOf(pair.files.data().getFileName()),
                String.valueOf(pair.files.meta().getFileName()),
                hadoop.volume);
    }

    private static ExtendedBlock block(long blockId, long stamp) {
        return new ExtendedBlock(POOL, blockId, 0, stamp);
    }
}
