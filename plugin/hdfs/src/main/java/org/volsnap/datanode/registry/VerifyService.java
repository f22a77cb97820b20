/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.PoolControl;
import org.volsnap.model.SnapshotId;
import org.volsnap.protocol.proto.VolsnapProtos.BlockRefProto;
import org.volsnap.protocol.proto.VolsnapProtos.BlockResultProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyResultProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyTaskProto;

/**
 * Works off what the NameNode asks to be verified. A task that comes again while it is worked on, or while its result
 * waits for a poll, is the same task. Safe for many threads.
 */
final class VerifyService {
    private static final Logger LOG = LoggerFactory.getLogger(VerifyService.class);

    private final BlockVerifier verifier;
    private final Executor executor;
    private final Runnable whenDone;
    private final Set<Long> running = ConcurrentHashMap.newKeySet();
    private final Map<Long, VerifyResultProto> results = new ConcurrentSkipListMap<>();

    /**
     * Idle until asked.
     *
     * @param executor decides how many tasks run at a time
     * @param whenDone called when a result is there
     */
    VerifyService(PoolControl control, Executor executor, Runnable whenDone) {
        this.verifier = new BlockVerifier(control);
        this.executor = executor;
        this.whenDone = whenDone;
    }

    void submit(VerifyTaskProto task) {
        if (!results.containsKey(task.getTaskId()) && running.add(task.getTaskId())) {
            executor.execute(() -> run(task));
        }
    }

    private void run(VerifyTaskProto task) {
        try {
            SnapshotId snapshot = SnapshotId.ofRegistry(task.getSnapshotId());
            VerifyResultProto.Builder result = VerifyResultProto.newBuilder().setTaskId(task.getTaskId());
            for (BlockRefProto block : task.getBlocksList()) {
                BlockResultProto found = verifier.verify(snapshot, block, task.getPresenceOnly());
                if (!task.getPresenceOnly() || found.getResult() != BlockVerifier.NOT_HERE) {
                    result.addBlocks(found);
                }
            }
            results.put(task.getTaskId(), result.build());
        } catch (RuntimeException e) {
            LOG.error("Verify task {} failed; it is done again when the NameNode asks again", task.getTaskId(), e);
        } finally {
            running.remove(task.getTaskId());
        }
        whenDone.run();
    }

    /** Results that no poll has carried yet. */
    List<VerifyResultProto> results() {
        return List.copyOf(results.values());
    }

    /** The NameNode has them. */
    void delivered(List<VerifyResultProto> sent) {
        sent.forEach(result -> results.remove(result.getTaskId(), result));
    }
}
