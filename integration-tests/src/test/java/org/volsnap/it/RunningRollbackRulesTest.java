/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.SafeModeAction;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.DataNodeFaultInjector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.it.FaultParts.Hold;
import org.volsnap.it.TamperedParts.Rule;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/**
 * The rules that a rollback of running DataNodes rests on. Each is held in the situation for which it is there, and then
 * switched off in the same situation: what was lost then is what it is for.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RunningRollbackRulesTest {
    private static final org.apache.hadoop.fs.Path FILE = new org.apache.hadoop.fs.Path("/file");
    private static final int LENGTH = 700_000;

    @TempDir
    Path dir;

    private final Hold deletions = new Hold();
    private VolsnapCluster cluster;
    private Rollback rollback;
    private Wreckage wreckage;

    @BeforeEach
    void start() throws IOException {
        TamperedParts.reset();
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(1)
                .storageVolumes(1)
                .set("dfs.datanode.volsnap.parts.class", TamperedParts.class.getName())
                .set("dfs.namenode.full.block.report.lease.length.ms", "500")
                .set("dfs.client.retry.window.base", "10")
                .build();
        rollback = new Rollback(cluster);
        wreckage = new Wreckage(cluster, 31);
    }

    @AfterEach
    void stop() {
        deletions.release();
        DataNodeFaultInjector.set(new DataNodeFaultInjector());
        TamperedParts.reset();
        cluster.close();
    }

    private byte[] writtenAndSnapshotted() throws IOException {
        wreckage.write(FILE, LENGTH);
        byte[] content = DFSTestUtil.readFileAsBytes(cluster.fileSystem(), FILE);
        cluster.volsnap("-create", "s").orThrow();
        return content;
    }

    private byte[] read() throws IOException {
        return DFSTestUtil.readFileAsBytes(cluster.fileSystem(), FILE);
    }

    /** Other bytes, of the length that the file had: what a NameNode of before could take for the file. */
    private void change() throws IOException {
        wreckage.truncate(FILE, LENGTH - 300_000);
        wreckage.append(FILE, 300_000);
    }

    private void rollNameNodeBack() throws IOException {
        cluster.volsnap("-prepareRollback", "s").orThrow();
        cluster.stopNameNode();
        cluster.volsnap("-rollback", "s").orThrow();
        cluster.startNameNode();
    }

    private DataNode dataNode() {
        return cluster.dataNodes().get(0);
    }

    // ---- deletions that are queued

    private void holdDeletions() {
        deletions.shut();
        DataNodeFaultInjector.set(new DataNodeFaultInjector() {
            @Override
            public void delayDeleteReplica() {
                deletions.opened().join();
            }
        });
    }

    private void deleteFileAndHoldItsReplica() throws IOException {
        holdDeletions();
        cluster.fileSystem().delete(FILE, false);
        VolsnapCluster.waitFor(
                "a queued deletion",
                Duration.ofSeconds(30),
                () -> dataNode().getFSDataset().getPendingAsyncDeletions() > 0);
    }

    @Test
    void aQueuedDeletionIsAwaitedBeforeTheNameNodeMayBeStopped() throws Exception {
        byte[] then = writtenAndSnapshotted();
        deleteFileAndHoldItsReplica();

        CompletableFuture<CommandResult> preparing =
                CompletableFuture.supplyAsync(() -> cluster.volsnap("-prepareRollback", "s"));
        VolsnapCluster.waitFor(
                "the closed gate",
                Duration.ofSeconds(30),
                () -> cluster.volsnap("-status").out().contains("ROLLBACK_PENDING"));
        assertThat(preparing).isNotDone();
        deletions.release();
        preparing.get(60, TimeUnit.SECONDS).orThrow();

        cluster.stopNameNode();
        cluster.volsnap("-rollback", "s").orThrow();
        cluster.startNameNode();
        rollback.awaitWritable();
        assertThat(read()).isEqualTo(then);
    }

    @Test
    void notAwaitedItTakesAwayWhatTheRollbackPutBack() throws Exception {
        TamperedParts.OFF.add(Rule.AWAIT_DELETIONS);
        writtenAndSnapshotted();
        ExtendedBlock block = DFSTestUtil.getFirstBlock(cluster.fileSystem(), FILE);
        deleteFileAndHoldItsReplica();

        rollNameNodeBack();
        rollback.awaitWritable();
        deletions.release();

        VolsnapCluster.waitFor(
                "the loss of the replica",
                Duration.ofSeconds(30),
                () -> !dataNode().getFSDataset().contains(block));
    }

    // ---- writers

    @Test
    void aWriterIsStoppedAndItsFileIsWhatItWas() throws Exception {
        FSDataOutputStream open = wreckage.open(FILE.toString(), LENGTH);
        byte[] then = read();
        cluster.volsnap("-create", "s").orThrow();
        open.write(wreckage.bytes(5_000));
        open.hflush();

        rollNameNodeBack();
        rollback.awaitWritable();

        assertThatThrownBy(() -> {
                    open.write(wreckage.bytes(5_000));
                    open.hflush();
                })
                .isInstanceOf(IOException.class);
        rollback.awaitClosed(FILE.toString());
        assertThat(read()).isEqualTo(then);
    }

    @Test
    void notStoppedItGoesOnWritingIntoTheReplicaThatWasRolledBack() throws Exception {
        TamperedParts.OFF.add(Rule.STOP_WRITERS);
        FSDataOutputStream open = wreckage.open(FILE.toString(), LENGTH);
        cluster.volsnap("-create", "s").orThrow();
        open.write(wreckage.bytes(5_000));
        open.hflush();

        rollNameNodeBack();
        VolsnapCluster.waitFor(
                "the end of safe mode",
                Duration.ofSeconds(60),
                () -> !cluster.nameNode().isInSafeMode());

        open.write(wreckage.bytes(5_000));
        open.hflush();
    }

    // ---- an epoch that is not applied

    @Test
    void aDataNodeThatHasNotAppliedTheEpochServesAndReportsNothing() throws Exception {
        TamperedParts.OFF.add(Rule.REJOIN);
        byte[] then = writtenAndSnapshotted();
        ExtendedBlock block = DFSTestUtil.getFirstBlock(cluster.fileSystem(), FILE);
        change();
        rollNameNodeBack();
        VolsnapCluster.waitFor(
                "the epoch",
                Duration.ofSeconds(30),
                () -> cluster.volsnap("-status").out().contains("ROLLING_BACK"));

        assertThatThrownBy(() -> dataNode().getFSDataset().getBlockInputStream(block, 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("rollback epoch 1")
                .hasMessageContaining("is not applied yet");
        assertThatThrownBy(() -> dataNode().getFSDataset().getBlockReports(cluster.blockPoolId()))
                .hasMessageContaining("rollback epoch 1");
        assertThatThrownBy(() -> dataNode()
                        .getFSDataset()
                        .invalidate(
                                cluster.blockPoolId(),
                                new org.apache.hadoop.hdfs.protocol.Block[] {block.getLocalBlock()}))
                .hasMessageContaining("rollback epoch 1");
        assertThat(cluster.nameNode().isInSafeMode()).isTrue();
        cluster.nameNode().getRpcServer().setSafeMode(SafeModeAction.SAFEMODE_FORCE_EXIT, false);
        assertThatThrownBy(this::read).isInstanceOf(IOException.class);

        TamperedParts.reset();
        cluster.stopDataNodes();
        cluster.startDataNodes();
        rollback.awaitWritable();
        assertThat(read()).isEqualTo(then);
    }

    @Test
    void withoutTheGuardItServesOtherBytesAndNobodyNotices() throws Exception {
        TamperedParts.OFF.add(Rule.REJOIN);
        TamperedParts.OFF.add(Rule.GUARD_REPORTS);
        TamperedParts.OFF.add(Rule.GUARD_READS);
        byte[] then = writtenAndSnapshotted();
        change();
        rollNameNodeBack();
        cluster.mini().waitActive();
        cluster.nameNode().getRpcServer().setSafeMode(SafeModeAction.SAFEMODE_FORCE_EXIT, false);
        VolsnapCluster.waitFor("the replica", Duration.ofSeconds(30), this::isLocated);

        assertThat(read()).hasSameSizeAs(then).isNotEqualTo(then);
    }

    private boolean isLocated() {
        try {
            return cluster.fileSystem().getFileBlockLocations(FILE, 0, 1)[0].getHosts().length > 0;
        } catch (IOException e) {
            return false;
        }
    }

    // ---- safe mode

    @Test
    void safeModeIsHeldWhileADataNodeAppliesForLongerThanTheLeaseOfABlockReport() throws Exception {
        byte[] then = writtenAndSnapshotted();
        change();
        TamperedParts.APPLY.shut();
        rollNameNodeBack();
        VolsnapCluster.waitFor(
                "the epoch",
                Duration.ofSeconds(30),
                () -> !cluster.volsnap("-status").out().contains("ROLLBACK_PENDING"));
        long start = System.nanoTime();
        VolsnapCluster.waitFor(
                "several leases", Duration.ofSeconds(30), () -> System.nanoTime() - start > 2_000_000_000L);
        assertThat(cluster.nameNode().isInSafeMode()).isTrue();

        TamperedParts.APPLY.release();
        rollback.awaitWritable();
        assertThat(read()).isEqualTo(then);
    }
}
