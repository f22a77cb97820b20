/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.PoolControl;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollResponseProto;

/**
 * Asks the NameNode and decides whether to believe the answer. Only an answer that is believed renews the lease. For
 * the follower's thread; the question itself goes out from another one.
 */
final class RegistryReader {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryReader.class);

    private final FollowerSettings settings;
    private final PoolControl control;
    private final FollowerState state;
    private final RegistrySource source;
    private final FollowerThreads threads;
    private final Lease lease;
    private @Nullable String failure;

    /** What is done with an answer of the own NameNode. */
    interface Listener {
        /** It is believed. */
        void obey(PollResponseProto response) throws IOException;

        /** It has an older registry than this DataNode knows: that is the reason not to believe it. */
        void outdated(PollResponseProto response, String reason) throws IOException;
    }

    RegistryReader(
            FollowerSettings settings,
            PoolControl control,
            FollowerState state,
            RegistrySource source,
            FollowerThreads threads,
            Lease lease) {
        this.settings = settings;
        this.control = control;
        this.state = state;
        this.source = source;
        this.threads = threads;
        this.lease = lease;
    }

    /** Asks; completes in the follower's thread when the answer is dealt with, or failed with the reason. */
    CompletableFuture<@Nullable Void> ask(PollRequestProto request, Listener listener) {
        long sent = lease.now();
        return CompletableFuture.supplyAsync(() -> poll(request), threads.asking())
                .handleAsync(
                        (response, problem) -> {
                            answered(response, problem, sent, listener);
                            return null;
                        },
                        threads.follower());
    }

    /** Why the registry could not be followed last time. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    private PollResponseProto poll(PollRequestProto request) {
        try {
            return source.poll(request);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private void answered(
            @Nullable PollResponseProto response, @Nullable Throwable problem, long sent, Listener listener) {
        try {
            PollResponseProto answer = response != null ? response : withoutPlugin(requireNonNull(problem));
            Optional<String> foreign = RegistryRules.whyForeign(state.registry(), answer.getRegistry());
            if (foreign.isPresent()) {
                throw new IOException(foreign.get());
            }
            Optional<String> older = RegistryRules.whyOlder(state.registry(), answer.getRegistry());
            if (older.isPresent()) {
                note(older.get(), null);
                listener.outdated(answer, older.get());
                return;
            }
            renewLease(sent, Duration.ofMillis(answer.getLeaseMillis()));
            listener.obey(answer);
            if (failure != null) {
                LOG.info("{}: the registry is followed again", control.blockPoolId());
                failure = null;
            }
        } catch (IOException | RuntimeException e) {
            note(String.valueOf(e.getMessage()), e);
            throw new CompletionException(e);
        }
    }

    private void note(String reason, @Nullable Exception e) {
        if (failure == null) {
            LOG.warn("{}: the registry can't be followed: {}", control.blockPoolId(), reason, e);
        }
        failure = reason;
    }

    /**
     * The NameNode counts a DataNode out at the lease's end, and everything must be preserved by then. An answer that
     * came after the end of its own lease (this process stood still meanwhile) may lack what came since.
     */
    private void renewLease(long sent, Duration granted) throws IOException {
        Duration length = granted.multipliedBy(3).dividedBy(4);
        if (lease.isOver(sent, length)) {
            throw new IOException(
                    "the NameNode's answer came later than " + length.toMillis() + " ms after the question");
        }
        lease.renew(sent, length);
    }

    /** What a NameNode without volsnap means: nothing has to be followed, unless something here says otherwise. */
    private PollResponseProto withoutPlugin(Throwable problem) throws IOException {
        Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
        if (!(cause instanceof NoPluginException)) {
            throw new IOException(cause == null ? problem.getMessage() : cause.getMessage(), problem);
        }
        if (state.knowsSnapshots() || !control.engine().owners().isEmpty()) {
            throw new IOException(
                    "the NameNode runs without volsnap, and snapshots are kept here: add volsnap to"
                            + " dfs.namenode.plugins and restart the NameNode. To give the snapshots up, take volsnap out"
                            + " of this DataNode's dfs.datanode.fsdataset.factory and remove the volsnap directories",
                    problem);
        }
        return PollResponseProto.newBuilder()
                .setRegistry(state.registry())
                .setPollIntervalMillis(settings.pollInterval().toMillis())
                .setLeaseMillis(settings.lease().toMillis())
                .build();
    }
}
