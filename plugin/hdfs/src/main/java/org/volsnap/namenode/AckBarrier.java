/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.hadoop.hdfs.server.blockmanagement.DatanodeDescriptor;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.volsnap.namenode.Absentees.Absentee;
import org.volsnap.protocol.LeftOut;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotAckProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

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
     * Waits for an acknowledgement of a snapshot by every live DataNode. Those that fell silent count when their lease
     * is over: from then on they preserve everything, and learn of the snapshot before they stop doing so. Not so one
     * that goes on sending heartbeats, or does so again: it may have been restarted without the plugin. Those that are
     * left out of the snapshot are not waited for.
     *
     * @return those that did not come; empty when all is well
     */
    Absentees awaitAck(SnapshotProto snapshot, SnapshotAckProto ack) throws IOException {
        Set<String> leftOut = LeftOut.uuids(snapshot);
        return await(task(ack) + " snapshot " + snapshot.getName(), datanode -> {
            String uuid = datanode.getDatanodeUuid();
            return leftOut.contains(uuid)
                    || tracker.isGone(datanode)
                    || said(uuid, poll -> acknowledges(poll, snapshot.getId(), ack));
        });
    }

    private static String task(SnapshotAckProto ack) {
        return switch (ack) {
            case NONE -> "learn of";
            case PRESERVING -> "begin to preserve what changes for";
            case RECORDED -> "record the files being written for";
        };
    }

    /**
     * Waits until every live DataNode has closed its gates for the rollback that this version of the registry
     * announced.
     */
    void awaitRollbackReady(long registryVersion) throws IOException {
        Absentees absentees = await(
                "get ready for the rollback",
                datanode -> said(
                        datanode.getDatanodeUuid(),
                        poll -> poll.getRollbackReady() && poll.getRegistryVersion() >= registryVersion));
        if (!absentees.isEmpty()) {
            throw absentees.refusal("see -status");
        }
    }

    private boolean said(String datanode, Predicate<PollRequestProto> what) {
        return tracker.lastPoll(datanode).filter(what).isPresent();
    }

    private static boolean acknowledges(PollRequestProto poll, long snapshotId, SnapshotAckProto ack) {
        return poll.getSnapshotsList().stream()
                .anyMatch(snapshot ->
                        snapshot.getId() == snapshotId && snapshot.getAck().getNumber() >= ack.getNumber());
    }

    /** Ends early when those that are missing run without the plugin: waiting brings nothing. */
    private Absentees await(String what, Predicate<DatanodeDescriptor> done) throws IOException {
        long start = ticker.read();
        while (true) {
            nameNode.checkActive();
            List<DatanodeDescriptor> missing = nameNode.liveDatanodes().stream()
                    .filter(datanode -> !done.test(datanode))
                    .toList();
            Duration waited = Duration.ofNanos(ticker.read() - start);
            if (waited.compareTo(timeout) > 0 || missing.stream().allMatch(tracker::runsWithoutPlugin)) {
                return new Absentees(
                        what, waited, missing.stream().map(this::absentee).toList());
            }
            pause();
        }
    }

    private Absentee absentee(DatanodeDescriptor datanode) {
        boolean polls = !tracker.runsWithoutPlugin(datanode);
        return new Absentee(
                datanode,
                tracker.lastPoll(datanode.getDatanodeUuid())
                        .filter(poll -> polls)
                        .map(poll -> poll.getMode() + (poll.hasProblem() ? ": " + poll.getProblem() : ""))
                        .orElse("does not poll: is volsnap enabled there?"));
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
