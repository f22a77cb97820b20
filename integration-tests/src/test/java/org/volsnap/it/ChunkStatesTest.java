/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.engine.VersionView;
import org.volsnap.model.BlockKey;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/**
 * The four states of a chunk, on a running cluster: a client truncates a block of which a snapshot needs a chunk, while
 * the commit or a conflicting read of that chunk is held.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ChunkStatesTest {
    private static final org.apache.hadoop.fs.Path FILE = new org.apache.hadoop.fs.Path("/file");
    private static final int LENGTH = 300_000;
    private static final int CUT = 299_000;
    /** The chunk that the truncate cuts through. */
    private static final long CHUNK = CUT >> 16;

    /** Pending, completed, conflicting reads. */
    private static final Pattern DATANODE_ROW =
            Pattern.compile("FOLLOWING .* (\\d+) +(\\d+) +(\\d+) *$", Pattern.MULTILINE);

    /** How long something must not happen to count as waiting. */
    private static final Duration WAITS = Duration.ofSeconds(2);

    private VolsnapCluster cluster;
    private byte[] then;
    private BlockKey key;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        FaultParts.reset();
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(1)
                .storageVolumes(1)
                .set("dfs.replication", "1")
                .set("dfs.datanode.volsnap.parts.class", FaultParts.class.getName())
                .build();
        DFSTestUtil.createFile(cluster.fileSystem(), FILE, LENGTH, (short) 1, 5);
        then = DFSTestUtil.readFileAsBytes(cluster.fileSystem(), FILE);
        ExtendedBlock block = DFSTestUtil.getFirstBlock(cluster.fileSystem(), FILE);
        key = new BlockKey(block.getBlockPoolId(), block.getBlockId(), block.getGenerationStamp());
        cluster.volsnap("-create", "seed").orThrow();
    }

    @AfterEach
    void stop() {
        FaultParts.reset();
        cluster.close();
    }

    @Test
    void inStateBTheTruncateWaitsAndReadsGoToTheOrigin() throws Exception {
        FaultParts.COMMIT.shut();
        CompletableFuture<Void> truncate = truncate();
        awaitState(1, 0);

        assertWaits(truncate);
        assertThat(readChunk()).isEqualTo(chunkThen());
        assertThat(FaultParts.STORE_READS).hasValue(0);
        assertThat(statusLine()).as("pending, completed").containsExactly(1L, 0L);

        FaultParts.COMMIT.release();
        truncate.get();
        assertStateD();
    }

    @Test
    void inStateCTheTruncateStillWaitsAndNewReadsAreServedFromTheStore() throws Exception {
        CompletableFuture<byte[]> held = heldRead();
        CompletableFuture<Void> truncate = truncate();
        awaitState(1, 1);

        assertWaits(truncate);
        assertThat(readChunk()).isEqualTo(chunkThen());
        assertThat(FaultParts.STORE_READS).hasPositiveValue();
        assertThat(statusLine()).as("pending, completed").containsExactly(1L, 1L);

        FaultParts.ORIGIN_READ.release();
        truncate.get();
        assertThat(held.get()).isEqualTo(chunkThen());
        assertStateD();
    }

    @Test
    void aStreamOfNewReadsDoesNotStarveTheCompletion() throws Exception {
        CompletableFuture<byte[]> held = heldRead();
        AtomicBoolean on = new AtomicBoolean(true);
        AtomicLong reads = new AtomicLong();
        CompletableFuture<?>[] readers = new CompletableFuture<?>[4];
        for (int i = 0; i < readers.length; i++) {
            readers[i] = CompletableFuture.runAsync(() -> {
                while (on.get()) {
                    assertThat(readChunkUnchecked()).isEqualTo(chunkThen());
                    reads.incrementAndGet();
                }
            });
        }
        CompletableFuture<Void> truncate = truncate();
        awaitState(1, 1);
        long before = reads.get();

        FaultParts.ORIGIN_READ.release();
        truncate.get(60, TimeUnit.SECONDS);

        await().until(() -> reads.get() > before);
        on.set(false);
        CompletableFuture.allOf(readers).get();
        assertThat(held.get()).isEqualTo(chunkThen());
        assertStateD();
    }

    @Test
    void aRollbackIsPreparedOnlyWhenCopiesAndReadsHaveDrained() throws Exception {
        CompletableFuture<byte[]> held = heldRead();
        FaultParts.COMMIT.shut();
        CompletableFuture<Void> truncate = truncate();
        awaitState(1, 0);
        CompletableFuture<CommandResult> prepare =
                CompletableFuture.supplyAsync(() -> cluster.volsnap("-prepareRollback", "seed"));
        assertWaits(prepare);

        FaultParts.COMMIT.release();
        awaitState(1, 1);
        assertWaits(prepare);

        FaultParts.ORIGIN_READ.release();
        CommandResult result = prepare.get(60, TimeUnit.SECONDS);
        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(held.get()).isEqualTo(chunkThen());
        cluster.volsnap("-cancelRollback").orThrow();
        truncate.get(60, TimeUnit.SECONDS);
    }

    private CompletableFuture<Void> truncate() {
        return CompletableFuture.runAsync(() -> {
            try {
                if (!cluster.fileSystem().truncate(FILE, CUT)) {
                    await().atMost(Duration.ofMinutes(2))
                            .until(() -> cluster.fileSystem().isFileClosed(FILE));
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    /** A conflicting read that has its bytes and does not end. */
    private CompletableFuture<byte[]> heldRead() {
        FaultParts.ORIGIN_READ.shut();
        CompletableFuture<byte[]> result = new CompletableFuture<>();
        Thread reader = new Thread(() -> result.complete(readChunkUnchecked()), FaultParts.HELD_READER);
        reader.setDaemon(true);
        reader.start();
        await().until(() -> engine().status().conflictingReads() == 1);
        return result;
    }

    private static SnapshotEngine engine() {
        return FaultParts.ENGINES.get(FaultParts.ENGINES.size() - 1);
    }

    private byte[] readChunk() throws IOException {
        var newest = engine().chain().get(engine().chain().size() - 1).id();
        VersionView view = engine().view(newest, key).orElseThrow();
        var data = view.read(CHUNK).data();
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        return bytes;
    }

    private byte[] readChunkUnchecked() {
        try {
            return readChunk();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private byte[] chunkThen() {
        return Arrays.copyOfRange(then, (int) CHUNK << 16, LENGTH);
    }

    private static void awaitState(long pending, long completed) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(engine().status().pending()).isEqualTo(pending);
            assertThat(engine().status().completed()).isEqualTo(completed);
        });
    }

    private static void assertWaits(CompletableFuture<?> future) {
        await().during(WAITS).atMost(WAITS.plusSeconds(2)).until(() -> !future.isDone());
    }

    /** What {@code -status} prints of this DataNode's pending and completed exceptions, once it has polled. */
    private long[] statusLine() {
        long[] seen = new long[2];
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            Matcher row =
                    DATANODE_ROW.matcher(cluster.volsnap("-status").orThrow().out());
            assertThat(row.find()).isTrue();
            seen[0] = Long.parseLong(row.group(1));
            seen[1] = Long.parseLong(row.group(2));
            return seen[0] == engine().status().pending()
                    && seen[1] == engine().status().completed();
        });
        return seen;
    }

    private void assertStateD() throws InterruptedException, ExecutionException, IOException {
        awaitState(0, 1);
        assertThat(cluster.fileSystem().getFileStatus(FILE).getLen()).isEqualTo(CUT);
        assertThat(readChunk()).isEqualTo(chunkThen());
        DFSTestUtil.appendFile(cluster.fileSystem(), FILE, 1);
        awaitState(0, 1);
    }
}
