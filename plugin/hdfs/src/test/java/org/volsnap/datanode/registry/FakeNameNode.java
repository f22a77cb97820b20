/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotAckProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyTaskProto;

/** Hands out the registry that a test gives it, and keeps what it was told. */
final class FakeNameNode implements RegistrySource {
    static final long LEASE_MILLIS = 40_000;

    final List<PollRequestProto> polls = new CopyOnWriteArrayList<>();
    private final List<VerifyTaskProto> tasks = new ArrayList<>();
    private RegistryProto registry = Registries.of(1);
    private @Nullable IOException failure;
    private long pauseMillis = 5;
    private Runnable beforeAnswer = () -> {};
    private long stamp;
    private boolean registryWanted;

    synchronized void tell(RegistryProto next) {
        registry = next;
        failure = null;
    }

    /** The generation stamp up to which it has given them out. */
    synchronized void stamp(long last) {
        stamp = last;
    }

    synchronized void wantRegistry(boolean wanted) {
        registryWanted = wanted;
    }

    synchronized void fail(IOException with) {
        failure = with;
    }

    /** So long that only what is asked for at once, or has to be told at once, makes a poll. */
    synchronized void pollSeldom() {
        pauseMillis = 3_600_000;
    }

    /** What happens between every question and its answer. */
    synchronized void beforeAnswer(Runnable what) {
        beforeAnswer = what;
    }

    synchronized void verify(VerifyTaskProto task) {
        tasks.add(task);
    }

    @Override
    public synchronized PollResponseProto poll(PollRequestProto request) throws IOException {
        polls.add(request);
        if (failure != null) {
            throw failure;
        }
        PollResponseProto.Builder response = PollResponseProto.newBuilder()
                .setRegistry(registry)
                .setPollIntervalMillis(pauseMillis)
                .setLeaseMillis(LEASE_MILLIS)
                .setGenerationStamp(stamp)
                .setSendRegistry(registryWanted)
                .addAllVerifyTasks(tasks);
        tasks.clear();
        beforeAnswer.run();
        return response.build();
    }

    PollRequestProto last() {
        return polls.get(polls.size() - 1);
    }

    /** What the last poll said of this snapshot. */
    SnapshotAckProto ack(long id) {
        return last().getSnapshotsList().stream()
                .filter(snapshot -> snapshot.getId() == id)
                .map(snapshot -> snapshot.getAck())
                .findFirst()
                .orElse(SnapshotAckProto.NONE);
    }

    @Override
    public void close() {}
}
