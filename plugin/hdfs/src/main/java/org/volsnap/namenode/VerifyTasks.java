/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.BlockRefProto;
import org.volsnap.protocol.proto.VolsnapProtos.BlockResultProto;
import org.volsnap.protocol.proto.VolsnapProtos.BlockVerdictProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyResultProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyStatusResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyTaskProto;

/**
 * Batches of blocks that DataNodes are asked to check, with their polls. Memory is bounded by the number of tasks and the
 * size of each. A task goes when its result was fetched, or when nobody has asked for it for long. Safe for many threads.
 */
final class VerifyTasks {
    static final int MAX_TASKS = 16;
    static final int MAX_BLOCKS = 20_000;
    static final Duration EXPIRY = Duration.ofMinutes(10);

    /** A DataNode that was restarted has forgotten its tasks. One that is at it knows the number and goes on. */
    static final Duration HAND_OUT_AGAIN = Duration.ofMinutes(1);

    private static final int GOOD = 0;
    private static final int BAD = 2;

    private final Ticker ticker;

    @GuardedBy("this")
    private final Map<Long, Task> tasks = new LinkedHashMap<>();

    @GuardedBy("this")
    private long lastId;

    /** @param firstId larger than any id that an earlier process gave out, so that late answers to it match nothing */
    VerifyTasks(Ticker ticker, long firstId) {
        this.ticker = requireNonNull(ticker, "ticker is null");
        this.lastId = firstId;
    }

    private static final class Task {
        final List<BlockRefProto> blocks;
        final VerifyTaskProto work;
        final Set<String> asked;
        final Set<String> answered = new HashSet<>();
        final Map<String, Long> handedOut = new HashMap<>();
        final Map<BlockRefKey, Verdict> verdicts = new HashMap<>();
        long lastUse;

        Task(List<BlockRefProto> blocks, VerifyTaskProto work, Set<String> asked, long now) {
            this.blocks = blocks;
            this.work = work;
            this.asked = asked;
            this.lastUse = now;
        }
    }

    private record BlockRefKey(long blockId, long stamp) {}

    private static final class Verdict {
        int good;
        int bad;
        String reason = "";
    }

    /** Has blocks read and checked; returns the task's id. */
    long start(long snapshotId, List<BlockRefProto> blocks, Set<String> datanodes) throws RefusedException {
        VerifyTaskProto.Builder work =
                VerifyTaskProto.newBuilder().setSnapshotId(snapshotId).addAllBlocks(blocks);
        return start(blocks, new BitSet(), work, datanodes);
    }

    /**
     * Has blocks looked for; returns the task's id.
     *
     * @param present those of which a replica is known, by their indexes: nobody is asked for them
     */
    long startPresence(long snapshotId, List<BlockRefProto> blocks, BitSet present, Set<String> datanodes)
            throws RefusedException {
        VerifyTaskProto.Builder work =
                VerifyTaskProto.newBuilder().setSnapshotId(snapshotId).setPresenceOnly(true);
        for (int i = present.nextClearBit(0); i < blocks.size(); i = present.nextClearBit(i + 1)) {
            work.addBlocks(blocks.get(i));
        }
        return start(blocks, present, work, work.getBlocksCount() == 0 ? Set.of() : datanodes);
    }

    /** @throws RefusedException when so many blocks are too many, or there is no room for another task */
    synchronized void checkRoom(int blocks) throws RefusedException {
        if (blocks > MAX_BLOCKS) {
            throw new RefusedException("at most " + MAX_BLOCKS + " blocks can be verified at once");
        }
        if (tasks.size() >= MAX_TASKS) {
            throw new RefusedException("too many verifications are running; try again later");
        }
    }

    private synchronized long start(
            List<BlockRefProto> blocks, BitSet present, VerifyTaskProto.Builder work, Set<String> datanodes)
            throws RefusedException {
        checkRoom(blocks.size());
        long id = ++lastId;
        Task task = new Task(blocks, work.setTaskId(id).build(), Set.copyOf(datanodes), ticker.read());
        present.stream()
                .mapToObj(blocks::get)
                .forEach(block -> add(
                        task,
                        BlockResultProto.newBuilder()
                                .setBlockId(block.getBlockId())
                                .setStamp(block.getStamp())
                                .setResult(GOOD)
                                .build()));
        tasks.put(id, task);
        return id;
    }

    /** What this DataNode should check next. */
    synchronized List<VerifyTaskProto> handOut(String datanode) {
        List<VerifyTaskProto> work = new ArrayList<>();
        long now = ticker.read();
        for (Task task : tasks.values()) {
            if (!task.asked.contains(datanode) || task.answered.contains(datanode)) {
                continue;
            }
            Long last = task.handedOut.get(datanode);
            if (last == null || now - last > HAND_OUT_AGAIN.toNanos()) {
                task.handedOut.put(datanode, now);
                work.add(task.work);
            }
        }
        return work;
    }

    synchronized void answer(String datanode, List<VerifyResultProto> results) {
        for (VerifyResultProto result : results) {
            Task task = tasks.get(result.getTaskId());
            if (task != null && task.asked.contains(datanode) && task.answered.add(datanode)) {
                result.getBlocksList().forEach(block -> add(task, block));
            }
        }
    }

    private static void add(Task task, BlockResultProto block) {
        Verdict verdict = task.verdicts.computeIfAbsent(
                new BlockRefKey(block.getBlockId(), block.getStamp()), key -> new Verdict());
        if (block.getResult() == GOOD) {
            verdict.good++;
        } else if (block.getResult() == BAD) {
            verdict.bad++;
            verdict.reason = block.getReason();
        }
    }

    /**
     * How far a task is; the caller gets the verdicts once.
     *
     * @param gone DataNodes whose answer is not waited for any longer
     */
    synchronized VerifyStatusResponseProto status(long id, Predicate<String> gone) throws RefusedException {
        Task task = tasks.get(id);
        if (task == null) {
            throw new RefusedException("no verification " + id + "; it has expired, or the NameNode was restarted");
        }
        task.lastUse = ticker.read();
        boolean done =
                task.asked.stream().allMatch(datanode -> task.answered.contains(datanode) || gone.test(datanode));
        VerifyStatusResponseProto.Builder status = VerifyStatusResponseProto.newBuilder()
                .setDone(done)
                .setAnswered(task.answered.size())
                .setAsked(task.asked.size());
        if (done) {
            task.blocks.forEach(block -> status.addVerdicts(verdict(task, block)));
            tasks.remove(id);
        }
        return status.build();
    }

    private static BlockVerdictProto verdict(Task task, BlockRefProto block) {
        Verdict verdict =
                task.verdicts.getOrDefault(new BlockRefKey(block.getBlockId(), block.getStamp()), new Verdict());
        BlockVerdictProto.Builder proto = BlockVerdictProto.newBuilder()
                .setBlockId(block.getBlockId())
                .setGood(verdict.good)
                .setBad(verdict.bad);
        return (verdict.reason.isEmpty() ? proto : proto.setReason(verdict.reason)).build();
    }

    /** Drops what nobody has asked for. */
    synchronized void expire() {
        long now = ticker.read();
        tasks.values().removeIf(task -> now - task.lastUse > EXPIRY.toNanos());
    }
}
