/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.google.common.base.Ticker;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.server.datanode.BlockMetadataHeader;
import org.apache.hadoop.util.DataChecksum;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.engine.ChainLink;
import org.volsnap.engine.ChunkScan;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.ScanStateProto;
import org.volsnap.store.WholeReplica;
import org.volsnap.store.file.FileStore;
import org.volsnap.store.file.FileStoreOptions;

/** A scan over real stores; the engine that has no chunks is played. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class VolumeScanTest {
    private static final String POOL = "BP-1";
    private static final ChunkGeometry GEOMETRY = ChunkGeometry.ofSize(4096);
    private static final SnapshotId OWNER = SnapshotId.ofRegistry(1);
    private static final int LENGTH = 10_000;
    private static final Duration LONG = Duration.ofDays(1);

    @TempDir
    Path root;

    private final PoolControl control = mock(PoolControl.class);
    private final SnapshotEngine engine = mock(SnapshotEngine.class);
    private final ScanMetrics metrics = ScanMetrics.register(POOL, () -> 0);
    private FileStore store;
    private PoolVolume volume;
    private @Nullable Running running;

    private record Running(ScanPace pace, VolumeScan scan, Thread thread) {}

    @BeforeEach
    void open() throws IOException {
        store = FileStore.open(
                root.resolve("volsnap").resolve(POOL),
                FileStoreOptions.of(POOL, Map.of(), GEOMETRY).withReserveBytes(0));
        volume = new PoolVolume(root, new VolumeStore(store.exceptions(), store.replicas()));
        ChunkScan chunks = mock(ChunkScan.class);
        when(chunks.blocks(any())).thenReturn(new long[0]);
        when(engine.chunkScan()).thenReturn(chunks);
        when(engine.chain()).thenReturn(List.of(new ChainLink(OWNER, StampFence.OPEN)));
        when(control.engine()).thenReturn(engine);
        when(control.geometry()).thenReturn(GEOMETRY);
        when(control.blockPoolId()).thenReturn(POOL);
    }

    @AfterEach
    void close() throws IOException {
        stop();
        metrics.close();
        store.close();
    }

    /** A busy machine takes its time. */
    private static ConditionFactory awaitLong() {
        return await().atMost(Duration.ofSeconds(60));
    }

    private VolumeScan start(Duration period) {
        ScanPace pace = new ScanPace(1L << 40, Ticker.systemTicker());
        VolumeScan scan =
                new VolumeScan(control, volume, new ScanSettings(1, period), pace, metrics, Clock.systemUTC());
        Thread thread = new Thread(scan);
        thread.start();
        running = new Running(pace, scan, thread);
        return scan;
    }

    private void stop() {
        Running stopped = running;
        if (stopped != null) {
            stopped.pace().stop();
            awaitLong().until(() -> !stopped.thread().isAlive());
        }
    }

    private WholeReplica keep(long blockId) throws IOException {
        DataChecksum checksum = DataChecksum.newDataChecksum(DataChecksum.Type.CRC32C, 512);
        byte[] bytes = new byte[LENGTH];
        new Random(blockId).nextBytes(bytes);
        ByteBuffer sums = ByteBuffer.allocate(checksum.getChecksumSize(LENGTH));
        checksum.calculateChunkedSums(ByteBuffer.wrap(bytes), sums);
        ReplicaFiles live = new ReplicaFiles(root.resolve("blk_" + blockId), root.resolve("blk_" + blockId + ".meta"));
        Files.write(live.data(), bytes);
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(live.meta()))) {
            BlockMetadataHeader.writeHeader(out, checksum);
            out.write(sums.array());
        }
        BlockKey key = new BlockKey(POOL, blockId, 1001);
        store.replicas().link(key, OWNER, live);
        store.replicas().force();
        return store.replicas().find(key, OWNER).orElseThrow();
    }

    private static void rot(Path file, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] ^= 1;
        Files.write(file, bytes);
    }

    private boolean hasFinished() {
        return new ScanFile(volume.volsnap(POOL))
                .read()
                .filter(ScanStateProto::getFinished)
                .isPresent();
    }

    @Test
    void findsRotInDataChecksumsAndLengths() throws IOException {
        keep(1);
        WholeReplica data = keep(2);
        rot(data.files().data(), 5_000);
        rot(keep(3).files().meta(), 3); // its header
        Files.write(keep(4).files().data(), new byte[100]); // cut

        VolumeScan scan = start(LONG);
        awaitLong().until(() -> scan.damaged() == 3);

        assertThat(scan.problem().orElseThrow())
                .contains(root + ": 3 preserved pieces are damaged: blk_2_1001: ")
                .contains(data.files().data().toString())
                .contains("at position 4608");
    }

    @Test
    void readsNothingWithoutASnapshot() throws IOException {
        rot(keep(2).files().data(), 1);
        when(engine.chain()).thenReturn(List.of());

        VolumeScan scan = start(Duration.ofMillis(4));
        awaitLong().during(Duration.ofMillis(300)).until(() -> scan.damaged() == 0);

        when(engine.chain()).thenReturn(List.of(new ChainLink(OWNER, StampFence.OPEN)));
        awaitLong().until(() -> scan.damaged() == 1);
    }

    @Test
    void damageStaysKnownOverARestartUntilItIsGone() throws IOException {
        WholeReplica rotten = keep(2);
        rot(rotten.files().data(), 1);
        VolumeScan first = start(LONG);
        awaitLong().until(() -> first.damaged() == 1 && hasFinished());
        stop();

        assertThat(start(LONG).damaged()).isEqualTo(1);
        stop();
        store.replicas().remove(rotten);
        store.replicas().force();
        VolumeScan last = start(LONG);
        awaitLong().until(() -> last.damaged() == 0);
    }

    @Test
    void whatIsGoodAgainIsForgottenInTheNextPeriod() throws IOException {
        WholeReplica rotten = keep(2);
        rot(rotten.files().data(), 1);
        VolumeScan scan = start(Duration.ofMillis(40));
        awaitLong().until(() -> scan.damaged() == 1);

        rot(rotten.files().data(), 1);

        awaitLong().until(() -> scan.damaged() == 0);
    }

    @Test
    void goesOnWhereItHasBeen() throws IOException {
        WholeReplica read = keep(2);
        WholeReplica next = keep(9); // of the same part
        rot(read.files().data(), 1);
        rot(next.files().data(), 1);
        new ScanFile(volume.volsnap(POOL))
                .write(ScanStateProto.newBuilder()
                        .setStartedMillis(System.currentTimeMillis())
                        .setFinished(false)
                        .setPart(0)
                        .setLastBlockId(2)
                        .build());

        VolumeScan scan = start(LONG);
        awaitLong().until(() -> scan.damaged() == 1 && hasFinished());

        assertThat(scan.problem().orElseThrow()).contains("blk_9_1001").doesNotContain("blk_2_1001");
    }
}
