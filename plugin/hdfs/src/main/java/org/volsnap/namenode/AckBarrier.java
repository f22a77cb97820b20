/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import com.google.common.base.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.hadoop.hdfs.protocol.DatanodeID;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotAckProto;

/** Waits until every live DataNode has said something; no longer than this NameNode is active. */
final class AckBarrier {
    /** Far below the poll interval: waiting costs nothing and adds nothing. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final VolsnapNameNodeBridge nameNode;
    private final DatanodeTracker tracker;
    private final Ticker ticker;
    private final Duration timeout;
    private final CountDownLatch stopping;

    /** @param stopping ends all waiting when it reaches zero */
    AckBarrier(
            VolsnapNameNodeBridge nameNode,
            DatanodeTracker tracker,
            Ticker ticker,
            Duration timeout,
            CountDownLatch stopping) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.tracker = requireNonNull(tracker, "tracker is null");
        this.ticker = requireNonNull(ticker, "ticker is null");
        this.timeout = requireNonNull(timeout, "timeout is null");
        this.stopping = requireNonNull(stopping, "stopping is null");
    }

    /**
     * Waits for an acknowledgement of a snapshot by every live DataNode. Those that fell silent count when their lease is
     * over: from then on they preserve everything, and learn of the snapshot before they stop doing so.
     */
    void awaitAck(long snapshotId, SnapshotAckProto ack) throws IOException {
        await(
                ack + " for snapshot " + snapshotId,
                datanode -> tracker.isSilent(datanode) || said(datanode, poll -> acknowledges(poll, snapshotId, ack)));
    }

    /** Waits until every live DataNode has closed its gates for the rollback that this version of the registry announced. */
    void awaitRollbackReady(long registryVersion) throws IOException {
        await(
                "readiness for the rollback",
                datanode -> said(
                        datanode, poll -> poll.getRollbackReady() && poll.getRegistryVersion() >= registryVersion));
    }

    private boolean said(String datanode, Predicate<PollRequestProto> what) {
        return tracker.lastPoll(datanode).filter(what).isPresent();
    }

    private static boolean acknowledges(PollRequestProto poll, long snapshotId, SnapshotAckProto ack) {
        return poll.getSnapshotsList().stream()
                .anyMatch(snapshot ->
                        snapshot.getId() == snapshotId && snapshot.getAck().getNumber() >= ack.getNumber());
    }

    private void await(String what, Predicate<String> done) throws IOException {
        long start = ticker.read();
        while (true) {
            nameNode.checkActive();
            List<? extends DatanodeID> missing = nameNode.liveDatanodes().stream()
                    .filter(datanode -> !done.test(datanode.getDatanodeUuid()))
                    .toList();
            if (missing.isEmpty()) {
                return;
            }
            if (ticker.read() - start > timeout.toNanos()) {
                throw new RefusedException(what + " did not come within " + timeout.toSeconds() + " s from "
                        + missing.stream().map(this::describe).collect(joining(", ")));
            }
            pause();
        }
    }

    private String describe(DatanodeID datanode) {
        return datanode.getXferAddr()
                + tracker.lastPoll(datanode.getDatanodeUuid())
                        .map(poll -> " (" + poll.getMode() + (poll.hasProblem() ? ": " + poll.getProblem() : "") + ")")
                        .orElse(" (does not poll: is volsnap enabled there?)");
    }

    private void pause() throws IOException {
        try {
            if (stopping.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RefusedException("the NameNode is stopping");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("interrupted", e);
        }
    }
}
