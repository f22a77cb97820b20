/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.volsnap.protocol.VolsnapClient;
import org.volsnap.protocol.proto.VolsnapProtos.BlockResultProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotAckProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotReportProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyResultProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyTaskProto;

/** Polls for stock DataNodes and says that all is done: what a NameNode sees of DataNodes that work. */
final class FakePollers implements AutoCloseable {
    /** What the DataNodes were told, latest last. */
    final ConcurrentLinkedQueue<PollResponseProto> answers = new ConcurrentLinkedQueue<>();

    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<Thread> threads;
    private volatile UnaryOperator<PollRequestProto> distortion = UnaryOperator.identity();

    FakePollers(Configuration conf, InetSocketAddress nameNode, List<DataNode> dataNodes, String blockPoolId) {
        threads = dataNodes.stream()
                .map(dataNode ->
                        new Thread(() -> run(conf, nameNode, dataNode.getDatanodeUuid(), blockPoolId), "fake poller"))
                .toList();
        threads.forEach(Thread::start);
    }

    /** Changes what is said from now on. */
    void distort(UnaryOperator<PollRequestProto> change) {
        distortion = change;
    }

    private void run(Configuration conf, InetSocketAddress nameNode, String uuid, String blockPoolId) {
        RegistryProto registry = Registry.empty(blockPoolId).toProto();
        List<VerifyTaskProto> tasks = List.of();
        do {
            try (VolsnapClient client = VolsnapClient.connect(conf, nameNode, Duration.ofSeconds(5))) {
                PollResponseProto answer = client.poll(distortion.apply(request(uuid, registry, tasks)));
                answers.add(answer);
                registry = answer.getRegistry();
                tasks = answer.getVerifyTasksList();
            } catch (IOException e) {
                tasks = List.of();
            }
        } while (!stopped());
    }

    private boolean stopped() {
        try {
            return stopping.await(30, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    private static PollRequestProto request(String uuid, RegistryProto registry, List<VerifyTaskProto> tasks) {
        PollRequestProto.Builder request = PollRequestProto.newBuilder()
                .setDatanodeUuid(uuid)
                .setBlockPoolId(registry.getBlockPoolId())
                .setRegistryVersion(registry.getVersion())
                .setMode(registry.hasPendingRollback() ? "ROLLBACK_PENDING" : "FOLLOWING")
                .setRollbackReady(registry.hasPendingRollback())
                .setHighestStamp(5_000_000)
                .setHighestBlockId(2_000_000_000L)
                .setAppliedEpoch(registry.getEpochsList().stream()
                        .mapToLong(RollbackEpochProto::getNumber)
                        .max()
                        .orElse(0));
        registry.getSnapshotsList().stream()
                .filter(snapshot -> snapshot.getState() != SnapshotStateProto.DELETING)
                .forEach(snapshot -> request.addSnapshots(SnapshotReportProto.newBuilder()
                        .setId(snapshot.getId())
                        .setAck(
                                snapshot.getState() == SnapshotStateProto.CREATING
                                        ? SnapshotAckProto.PRESERVING
                                        : SnapshotAckProto.RECORDED)));
        tasks.forEach(task -> request.addVerifyResults(allGood(task)));
        return request.build();
    }

    private static VerifyResultProto allGood(VerifyTaskProto task) {
        VerifyResultProto.Builder result = VerifyResultProto.newBuilder().setTaskId(task.getTaskId());
        task.getBlocksList()
                .forEach(block -> result.addBlocks(BlockResultProto.newBuilder()
                        .setBlockId(block.getBlockId())
                        .setStamp(block.getStamp())
                        .setResult(0)));
        return result.build();
    }

    @Override
    public void close() throws InterruptedException {
        stopping.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
