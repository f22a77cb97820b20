/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.PoolFollower;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.datanode.rollback.EpochApplier;
import org.volsnap.datanode.rollback.OfflineOrigin;
import org.volsnap.datanode.rollback.RollbackEpoch;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyResultProto;

/**
 * Follows the NameNode's registry for one block pool: polls, and drives the pool through its {@link PoolControl}. All
 * state belongs to one thread; what other threads ask goes through it, but for two volatile fields.
 */
public final class RegistryFollower implements PoolFollower {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryFollower.class);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private final FollowerSettings settings;
    private final PoolControl control;
    private final Supplier<Collection<PoolVolume>> volumes;
    private final RegistrySource source;
    private final FollowerThreads threads;
    private final FollowerState state;
    private final ChainKeeper chain;
    private final PoolGate gate;
    private final VerifyService verify;
    private final PollComposer composer;
    private final Lease lease;
    private final OfflineOrigin offline;

    // Owned by the follower's thread.
    private Duration pause;
    private boolean started;
    private boolean scanned;
    private boolean polling;
    private boolean pollAgain;
    private @Nullable ScheduledFuture<?> nextPoll;
    private @Nullable EpochApplier applier;
    private @Nullable String failure;

    private volatile FollowerMode mode = FollowerMode.UNKNOWN;
    private volatile @Nullable String notServing;

    /**
     * Nothing is read before {@link #beforeScan}.
     *
     * @param dataNode names this DataNode and has the addresses of the NameNodes in its configuration
     * @param control the pool that is driven
     * @param volumes the storage volumes that are in service, asked anew at each {@link #beforeScan}: call that again
     *     when one is added, before Hadoop scans it
     */
    public RegistryFollower(DataNode dataNode, PoolControl control, Supplier<Collection<PoolVolume>> volumes) {
        this(
                FollowerSettings.of(dataNode.getConf(), dataNode.getDatanodeUuid(), dataNode.getDisplayName()),
                control,
                volumes,
                new NameNodePoller(dataNode::getConf, ANSWER_TIMEOUT),
                Ticker.systemTicker());
    }

    RegistryFollower(
            FollowerSettings settings,
            PoolControl control,
            Supplier<Collection<PoolVolume>> volumes,
            RegistrySource source,
            Ticker ticker) {
        this.settings = requireNonNull(settings, "settings is null");
        this.control = requireNonNull(control, "control is null");
        this.volumes = requireNonNull(volumes, "volumes is null");
        this.source = requireNonNull(source, "source is null");
        String pool = control.blockPoolId();
        threads = new FollowerThreads(pool);
        state = new FollowerState(pool);
        chain = new ChainKeeper(control, state, threads.background(), threads.follower());
        gate = new PoolGate(control, threads.gate(), settings.writerTimeout(), this::nudge);
        verify = new VerifyService(control, threads.background(), this::nudge);
        composer = new PollComposer(settings, control, state, chain);
        lease = new Lease(ticker);
        offline = new OfflineOrigin(pool, control.geometry(), volumes);
        pause = settings.pollInterval();
    }

    // ---- what the decorator calls

    @Override
    public void beforeScan() throws IOException {
        threads.call(this::open);
        threads.await(threads.call(this::ask));
        applyEpochs();
    }

    @Override
    public void afterScan() {
        control.useOrigin(null);
        threads.follower().execute(this::serve);
    }

    @Override
    public void confirmBeforeReport() throws IOException {
        threads.await(threads.call(this::ask));
        checkServing();
    }

    @Override
    public void checkServing() throws IOException {
        String reason = notServing;
        if (reason != null) {
            throw new IOException(reason);
        }
    }

    @Override
    public void close() {
        threads.asking().execute(source::close);
        threads.close();
    }

    // ---- start

    private boolean open() throws IOException {
        state.load(volumes.get());
        if (!scanned) {
            control.useOrigin(offline);
        }
        if (!started) {
            chain.restore();
            started = true;
        }
        return true;
    }

    private void serve() {
        if (scanned) {
            return;
        }
        scanned = true;
        gate.set(mode.admission(), false);
        long half = Math.max(1, settings.pollInterval().toMillis() / 2);
        var unused = threads.follower().scheduleWithFixedDelay(this::watchLease, 0, half, TimeUnit.MILLISECONDS);
        pollIn(Duration.ZERO);
    }

    // ---- rollback epochs

    /** In the caller's thread; the polls go on meanwhile, to tell how far it is. */
    private void applyEpochs() throws IOException {
        if (threads.call(this::unapplied).isEmpty()) {
            return;
        }
        EpochApplier newApplier = new EpochApplier(control, offline);
        threads.call(() -> beginApplying(newApplier));
        try {
            for (RollbackEpoch epoch : threads.call(this::unapplied)) {
                List<PoolVolume> behind = threads.call(() -> behind(epoch));
                newApplier.apply(epoch, behind);
                threads.call(() -> markApplied(epoch, behind));
            }
        } finally {
            threads.call(this::endApplying);
        }
        threads.call(() -> catchUp());
    }

    private List<RollbackEpoch> unapplied() {
        return RegistryRules.epochs(state.registry()).stream()
                .filter(epoch -> epoch.number() > state.appliedEpoch())
                .toList();
    }

    private List<PoolVolume> behind(RollbackEpoch epoch) {
        return state.volumes().stream()
                .filter(volume -> state.appliedEpoch(volume) < epoch.number())
                .toList();
    }

    private boolean beginApplying(EpochApplier newApplier) {
        applier = newApplier;
        control.useOrigin(offline);
        pollIn(pause);
        return true;
    }

    private boolean markApplied(RollbackEpoch epoch, List<PoolVolume> done) throws IOException {
        for (PoolVolume volume : done) {
            state.setAppliedEpoch(volume, epoch.number());
        }
        chain.follow(state.registry());
        return true;
    }

    private boolean endApplying() {
        applier = null;
        if (scanned) {
            control.useOrigin(null);
        }
        return true;
    }

    // ---- polls

    /** Asks the NameNode; completes in the follower's thread when the answer is dealt with. */
    private CompletableFuture<@Nullable Void> ask() {
        long sent = lease.now();
        List<VerifyResultProto> verified = verify.results();
        PollRequestProto request = request(verified);
        return CompletableFuture.supplyAsync(() -> poll(request), threads.asking())
                .handleAsync(
                        (response, problem) -> {
                            answered(request, response, problem, sent);
                            verify.delivered(verified);
                            return null;
                        },
                        threads.follower());
    }

    private PollRequestProto request(List<VerifyResultProto> verified) {
        PollRequestProto.Builder request = composer.compose(mode, verified)
                .setRollbackReady(mode == FollowerMode.ROLLBACK_PENDING && gate.isQuiet());
        PollComposer.oneLine(
                        Optional.ofNullable(applier).map(EpochApplier::progress),
                        Optional.ofNullable(failure),
                        gate.problem(),
                        control.problem(),
                        chain.problem(),
                        state.damage())
                .ifPresent(request::setProblem);
        return request.build();
    }

    private PollResponseProto poll(PollRequestProto request) {
        try {
            return source.poll(request);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private void answered(
            PollRequestProto request, @Nullable PollResponseProto response, @Nullable Throwable problem, long sent) {
        try {
            believe(response != null ? response : withoutPlugin(requireNonNull(problem)), sent);
            told(request);
            if (failure != null) {
                LOG.info("{}: the registry is read again", control.blockPoolId());
                failure = null;
            }
        } catch (IOException | RuntimeException e) {
            if (failure == null) {
                LOG.warn("{}: the registry can't be followed", control.blockPoolId(), e);
            }
            failure = String.valueOf(e.getMessage());
            throw new CompletionException(e);
        }
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

    private void believe(PollResponseProto response, long sent) throws IOException {
        RegistryProto registry = response.getRegistry();
        Optional<String> objection = RegistryRules.objection(state.registry(), registry);
        if (objection.isPresent()) {
            throw new IOException(objection.get());
        }
        // Three quarters: the NameNode counts a DataNode out at the lease's end, and everything must be preserved by
        // then.
        lease.renew(
                sent,
                Duration.ofMillis(response.getLeaseMillis()).multipliedBy(3).dividedBy(4));
        pause = Duration.ofMillis(Math.max(1, response.getPollIntervalMillis()));
        if (applier != null) {
            return;
        }
        chain.follow(registry);
        catchUp();
        response.getVerifyTasksList().forEach(verify::submit);
        if (response.getSendFullReport() && scanned) {
            control.triggerFullReport();
        }
    }

    /** Does what the registry that is known now asks for. */
    private FollowerMode catchUp() throws IOException {
        List<RollbackEpoch> unapplied = unapplied();
        notServing = unapplied.isEmpty()
                ? null
                : "restart this DataNode to apply rollback epoch "
                        + unapplied.get(unapplied.size() - 1).number();
        enter(FollowerMode.of(!unapplied.isEmpty(), state.registry().hasPendingRollback()));
        if (mode != FollowerMode.ROLLING_BACK) {
            chain.dropDeleted();
            if (scanned) {
                chain.recordOpen();
            }
        }
        return mode;
    }

    /** Polls at once when the NameNode can be told more than it was told just now. */
    private void told(PollRequestProto request) {
        boolean ready = mode == FollowerMode.ROLLBACK_PENDING && gate.isQuiet();
        boolean sameAcks = composer.acks().equals(PollComposer.acks(request));
        if (!sameAcks || !mode.name().equals(request.getMode()) || ready != request.getRollbackReady()) {
            pollAgain = true;
        }
    }

    // ---- the loop

    private void nudge() {
        threads.follower().execute(() -> {
            pollAgain = true;
            if (!polling && nextPoll != null) {
                pollIn(Duration.ZERO);
            }
        });
    }

    private void pollIn(Duration delay) {
        if (nextPoll != null) {
            nextPoll.cancel(false);
        }
        nextPoll = threads.follower().schedule(this::loop, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void loop() {
        if (polling || (!scanned && applier == null)) {
            return;
        }
        polling = true;
        pollAgain = false;
        CompletableFuture<@Nullable Void> asked;
        try {
            asked = ask();
        } catch (RuntimeException e) {
            LOG.error("{}: can't poll, it is tried again", control.blockPoolId(), e);
            asked = CompletableFuture.failedFuture(e);
        }
        var unused = asked.whenComplete((done, problem) -> {
            polling = false;
            pollIn(pollAgain && problem == null ? Duration.ZERO : pause);
        });
    }

    // ---- modes

    private void enter(FollowerMode next) {
        FollowerMode previous = mode;
        if (next == previous) {
            return;
        }
        mode = next.validate(previous);
        LOG.info("{}: {} -> {}", control.blockPoolId(), previous, next);
        if (scanned) {
            gate.set(next.admission(), next == FollowerMode.FOLLOWING);
        }
    }

    private void watchLease() {
        if (!lease.isOver() || !FollowerMode.UNKNOWN.canFollow(mode)) {
            return;
        }
        try {
            enter(FollowerMode.UNKNOWN);
            chain.preserveEverything();
        } catch (IOException | RuntimeException e) {
            LOG.error("{}: can't preserve everything while the registry is unknown", control.blockPoolId(), e);
        }
    }
}
