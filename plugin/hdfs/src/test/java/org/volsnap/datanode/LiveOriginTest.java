/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.when;
import static org.volsnap.datanode.HadoopReplicas.POOL;
import static org.volsnap.datanode.ReplicaPair.bytes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.ReplicaState;
import org.apache.hadoop.hdfs.server.datanode.ReplicaBuilder;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInfo;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.engine.LiveReplica;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionState;

class LiveOriginTest {
    private static final BlockKey KEY = new BlockKey(POOL, 1, 1000);

    @TempDir
    Path root;

    private HadoopReplicas hadoop;
    private LiveOrigin origin;
    private final List<BlockKey> suspects = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        hadoop = new HadoopReplicas(root);
        origin = new LiveOrigin(
                new LiveReplicas(hadoop.dataset, POOL, AbsentStore::on),
                new ReplicaFileReader(ChunkGeometry.ofSize(4096)),
                (live, reason) -> suspects.add(live));
    }

    @Test
    void aFinalizedReplicaThatDoesNotMatchIsSuspect() throws IOException {
        ReplicaPair pair = hadoop.finalized(1, 1000, 5_000, 512);
        pair.rot(4_500);

        assertThat(origin.readLive(KEY, 0, 4096).data().remaining()).isEqualTo(4096);
        assertThat(suspects).isEmpty();

        assertThatThrownBy(() -> origin.readLive(KEY, 1, 904)).isInstanceOf(ChecksumException.class);
        assertThat(suspects).containsExactly(KEY);
    }

    @Test
    void aFinalizedReplicaIsFoundWithAllThatTheEngineAsks() throws IOException {
        ReplicaPair pair = hadoop.finalized(1, 1000, 5_000, 512);

        LiveReplica live = origin.find(POOL, 1).orElseThrow();

        assertThat(live.key()).isEqualTo(KEY);
        assertThat(live.length()).isEqualTo(5_000);
        assertThat(live.state()).isEqualTo(VersionState.FINALIZED);
        assertThat(live.checksumHeader()).isEqualTo(pair.header());
        assertThat(live.files()).isEqualTo(pair.files);
        assertThat(live.volume().exceptions().id()).isEqualTo("absent:" + root);
    }

    @Test
    void aReplicaThatIsNotHereIsNotFound() throws IOException {
        assertThat(origin.find(POOL, 1)).isEmpty();
    }

    @Test
    void aWrittenReplicaIsAsLongAsAcknowledged() throws IOException {
        hadoop.written(1, 1000, 5_000, 4_700);

        LiveReplica live = origin.find(POOL, 1).orElseThrow();

        assertThat(live.length()).isEqualTo(4_700);
        assertThat(live.state()).isEqualTo(VersionState.OPEN);
    }

    @Test
    void aReplicaThatWaitsForRecoveryIsAsLongAsOnDisk() throws IOException {
        hadoop.waiting(1, 1000, 5_000);

        LiveReplica live = origin.find(POOL, 1).orElseThrow();

        assertThat(live.length()).isEqualTo(5_000);
        assertThat(live.state()).isEqualTo(VersionState.OPEN);
    }

    @Test
    void aReplicaUnderRecoveryIsWhatItWasBefore() throws IOException {
        hadoop.finalized(1, 1000, 5_000, 512);
        hadoop.recover(1, 1007);
        hadoop.written(2, 1001, 900, 600);
        hadoop.recover(2, 1008);

        assertThat(origin.find(POOL, 1).orElseThrow().state()).isEqualTo(VersionState.FINALIZED);
        assertThat(origin.find(POOL, 1).orElseThrow().key()).isEqualTo(KEY);
        assertThat(origin.find(POOL, 2).orElseThrow().state()).isEqualTo(VersionState.OPEN);
        assertThat(origin.find(POOL, 2).orElseThrow().length()).isEqualTo(600);
    }

    @Test
    void aTemporaryReplicaIsNobodysYet() throws IOException {
        ReplicaPair.write(hadoop.directory("tmp"), 1, 1000, 100, 512);
        hadoop.map.put(
                1L,
                new ReplicaBuilder(ReplicaState.TEMPORARY)
                        .setBlockId(1)
                        .setGenerationStamp(1000)
                        .setFsVolume(hadoop.volume)
                        .setDirectoryToUse(hadoop.directory("tmp").toFile())
                        .build());

        assertThat(origin.find(POOL, 1)).isEmpty();
    }

    @Test
    void aReplicaWithoutAMetaFileYetHasNoHeader() throws IOException {
        ReplicaPair pair = hadoop.written(1, 1000, 0, 0);
        Files.delete(pair.files.meta());

        assertThat(origin.find(POOL, 1).orElseThrow().checksumHeader()).isEmpty();
    }

    /** As a kill leaves it: without this no snapshot could be taken until the replica is recovered. */
    @Test
    void aReplicaThatWaitsForRecoveryWithoutAWholeHeaderIsEmpty() throws IOException {
        ReplicaPair pair = hadoop.waiting(1, 1000, 0);
        Files.write(pair.files.meta(), new byte[3]);

        LiveReplica live = origin.find(POOL, 1).orElseThrow();

        assertThat(live.checksumHeader()).isEmpty();
        assertThat(live.length()).isZero();
        assertThat(live.state()).isEqualTo(VersionState.OPEN);
    }

    @Test
    void aFinalizedReplicaWithoutAWholeHeaderIsDamaged() throws IOException {
        ReplicaPair pair = hadoop.finalized(1, 1000, 0, 512);
        Files.write(pair.files.meta(), new byte[3]);

        assertThatThrownBy(() -> origin.find(POOL, 1)).hasMessageContaining("has no whole header");
    }

    @Test
    void aWrittenReplicaIsReadUpToWhatItsLastChecksumCovers() throws IOException {
        ReplicaPair pair = hadoop.written(1, 1000, 5_000, 4_700);
        // The writer is ahead: bytes and their checksum are in the files, and Hadoop has not taken note of them.
        Files.write(pair.files.data(), new byte[100], java.nio.file.StandardOpenOption.APPEND);
        byte[] meta = Files.readAllBytes(pair.files.meta());
        meta[meta.length - 1] ^= 1;
        Files.write(pair.files.meta(), meta);

        ChunkContent content = origin.readLive(KEY, 1, 4_700 - 4_096);

        assertThat(bytes(content.data())).isEqualTo(pair.slice(4_096, 4_700));
        assertThat(bytes(content.checksums())).isEqualTo(pair.sums(4_096, 4_700));
    }

    @Test
    void anotherStampIsRefused() throws IOException {
        hadoop.finalized(1, 1000, 5_000, 512);

        assertThatThrownBy(() -> origin.readLive(KEY.withStamp(999), 0, 4_096))
                .isInstanceOf(StaleReplicaException.class)
                .hasMessageContaining("has the stamp 1000");
    }

    @Test
    void aReplicaThatIsRenamedBetweenLookUpAndOpenIsLookedUpAgain() throws IOException {
        ReplicaPair pair = hadoop.finalized(1, 1000, 5_000, 512);
        ReplicaInfo finalized = requireNonNull(hadoop.map.get(1L));
        hadoop.written(1, 1000, 5_000, 5_000);
        Files.delete(pair.files.data());
        AtomicInteger lookUps = new AtomicInteger();
        lookUpAnswers(() -> lookUps.incrementAndGet() <= 2 ? finalized : hadoop.map.get(1L));

        ChunkContent content = origin.readLive(KEY, 0, 4_096);

        assertThat(bytes(content.data())).isEqualTo(pair.slice(0, 4_096));
        assertThat(lookUps.get()).isGreaterThan(2);
    }

    @Test
    void aReplicaThatIsReplacedWhileItIsOpenedIsLookedUpAgain() throws IOException {
        ReplicaPair pair = hadoop.finalized(1, 1000, 5_000, 512);
        ReplicaInfo before = requireNonNull(hadoop.map.get(1L));
        hadoop.finalized(1, 1000, 5_000, 512);
        AtomicInteger lookUps = new AtomicInteger();
        lookUpAnswers(() -> lookUps.incrementAndGet() == 1 ? before : hadoop.map.get(1L));

        assertThat(bytes(origin.readLive(KEY, 0, 4_096).data())).isEqualTo(pair.slice(0, 4_096));
        assertThat(lookUps.get()).isEqualTo(4);
    }

    @Test
    void aWholeReplicaOfAStoreIsReadByItsFiles() throws IOException {
        ReplicaPair pair = ReplicaPair.write(root.resolve("volsnap"), 9, 1000, 5_000, 512);
        ReplicaFiles files = pair.files;

        assertThat(bytes(origin.readWhole(files, 1, 904).data())).isEqualTo(pair.slice(4_096, 5_000));
        assertThat(origin.shapeOf(files).length()).isEqualTo(5_000);
    }

    private interface LookUp {
        @Nullable
        ReplicaInfo now();
    }

    @SuppressWarnings("deprecation")
    private void lookUpAnswers(LookUp lookUp) {
        when(hadoop.dataset.getReplica(anyString(), anyLong())).thenAnswer(call -> lookUp.now());
    }
}
