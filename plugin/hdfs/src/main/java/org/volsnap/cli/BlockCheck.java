/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.Lists;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.volsnap.namenode.rollback.KeptFile;
import org.volsnap.namenode.rollback.KeptFile.KeptBlock;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.BlockRefProto;
import org.volsnap.protocol.proto.VolsnapProtos.BlockVerdictProto;
import org.volsnap.protocol.proto.VolsnapProtos.StartVerifyRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyStatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyStatusResponseProto;

/**
 * Has the blocks of a snapshot's files checked by the DataNodes, in batches of whole files. Memory follows the batch, not
 * the snapshot. For one thread.
 */
final class BlockCheck {
    private static final long ASK_AGAIN_MILLIS = 200;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Takes the files that can't be read. */
    @FunctionalInterface
    interface Unreadable {
        /**
         * One of them.
         *
         * @param blocks how many of its blocks are missing
         * @param reason of the first of them
         */
        void found(KeptFile file, long blocks, String reason);
    }

    private final VolsnapProtocol nameNode;
    private final StartVerifyRequestProto question;
    private final int batchBlocks;
    private final Unreadable unreadable;
    private final Console console;

    private final List<KeptFile> batch = new ArrayList<>();
    private int blocksInBatch;
    private long files;
    private long blocks;
    private long lastProgress = System.nanoTime();

    /**
     * Asks nothing yet.
     *
     * @param question without blocks
     * @param batchBlocks a batch is sent as soon as it has so many blocks
     */
    BlockCheck(
            VolsnapProtocol nameNode,
            StartVerifyRequestProto question,
            int batchBlocks,
            Console console,
            Unreadable unreadable) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.question = requireNonNull(question, "question is null");
        this.batchBlocks = batchBlocks;
        this.console = requireNonNull(console, "console is null");
        this.unreadable = requireNonNull(unreadable, "unreadable is null");
    }

    void add(KeptFile file) throws IOException {
        batch.add(file);
        blocksInBatch += file.blocks().size();
        if (blocksInBatch >= batchBlocks) {
            verifyBatch();
        }
    }

    /** Sends what is left. */
    void finish() throws IOException {
        verifyBatch();
    }

    /** How many files were checked. */
    long files() {
        return files;
    }

    long blocks() {
        return blocks;
    }

    private void verifyBatch() throws IOException {
        Map<Long, BlockVerdictProto> verdicts = new HashMap<>();
        List<BlockRefProto> references = batch.stream()
                .flatMap(file -> file.blocks().stream())
                .map(BlockCheck::reference)
                .toList();
        // A single long file can make a batch of any size.
        for (List<BlockRefProto> part : Lists.partition(references, batchBlocks)) {
            askDataNodes(part).forEach(verdict -> verdicts.put(verdict.getBlockId(), verdict));
        }
        for (KeptFile file : batch) {
            List<KeptBlock> missing = unreadable(file, verdicts);
            if (!missing.isEmpty()) {
                KeptBlock first = missing.get(0);
                unreadable.found(file, missing.size(), explain(first, verdicts.get(first.blockId())));
            }
        }
        files += batch.size();
        blocks += blocksInBatch;
        batch.clear();
        blocksInBatch = 0;
    }

    private List<BlockVerdictProto> askDataNodes(List<BlockRefProto> references) throws IOException {
        StartVerifyRequestProto request =
                question.toBuilder().addAllBlocks(references).build();
        return awaitAnswer(nameNode.startVerify(request).getTaskId()).getVerdictsList();
    }

    private static BlockRefProto reference(KeptBlock block) {
        return BlockRefProto.newBuilder()
                .setBlockId(block.blockId())
                .setStamp(block.stamp())
                .setLength(block.length())
                .setUnderConstruction(block.underConstruction())
                .build();
    }

    private VerifyStatusResponseProto awaitAnswer(long taskId) throws IOException {
        var request = VerifyStatusRequestProto.newBuilder().setTaskId(taskId).build();
        while (true) {
            VerifyStatusResponseProto status = nameNode.verifyStatus(request);
            showProgress(status);
            if (status.getDone()) {
                return status;
            }
            pause();
        }
    }

    private void showProgress(VerifyStatusResponseProto status) {
        long now = System.nanoTime();
        if (now - lastProgress >= PROGRESS_NANOS) {
            lastProgress = now;
            console.err()
                    .printf(
                            "%d files checked; %d of %d DataNodes have answered for the next %d%n",
                            files, status.getAnswered(), status.getAsked(), batch.size());
        }
    }

    private static void pause() throws InterruptedIOException {
        try {
            TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while DataNodes verify");
        }
    }

    /** What is missing of a file. A striped group can be read with as many internal blocks as it needs. */
    private static List<KeptBlock> unreadable(KeptFile file, Map<Long, BlockVerdictProto> verdicts) {
        Map<Long, Integer> readableOfGroup = new HashMap<>();
        for (KeptBlock block : file.blocks()) {
            readableOfGroup.merge(block.group(), readable(block, verdicts) ? 1 : 0, Integer::sum);
        }
        return file.blocks().stream()
                .filter(block -> !readable(block, verdicts))
                .filter(block -> readableOfGroup.getOrDefault(block.group(), 0) < block.neededOfGroup())
                .toList();
    }

    private static boolean readable(KeptBlock block, Map<Long, BlockVerdictProto> verdicts) {
        BlockVerdictProto verdict = verdicts.get(block.blockId());
        return verdict != null && verdict.getGood() > 0 || neverWritten(block, verdict);
    }

    /** Allocated at T, and no DataNode had received a byte of it yet. */
    private static boolean neverWritten(KeptBlock block, @Nullable BlockVerdictProto verdict) {
        return block.underConstruction() && block.length() == 0 && verdict != null && verdict.getBad() == 0;
    }

    private static String explain(KeptBlock block, @Nullable BlockVerdictProto verdict) {
        String replica = "blk_" + block.blockId() + "_" + block.stamp();
        if (verdict == null || verdict.getBad() == 0) {
            return replica + " is on no DataNode";
        }
        String reason = verdict.hasReason() ? ": " + verdict.getReason() : "";
        return replica + " is bad on " + verdict.getBad() + " DataNodes" + reason;
    }
}
