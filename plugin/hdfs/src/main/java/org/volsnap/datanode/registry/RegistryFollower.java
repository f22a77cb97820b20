/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
import org.volsnap.datanode.rollback.HadoopCaches;
import org.volsnap.datanode.rollback.OfflineOrigin;
import org.volsnap.datanode.rollback.OpenBlocks;
import org.volsnap.datanode.rollback.RollbackEpoch;
import org.volsnap.model.SnapshotId;
import org.volsnap.protocol.proto.VolsnapProtos.OpenBlocksProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyResultProto;

/**
 * Follows the NameNode's registry for one block pool: polls, and drives the pool through its {@link PoolControl}. All
 * state belongs to one thread; what other threads ask goes through it, but for one volatile field.
 */
public final class RegistryFollower implements PoolFollower {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryFollower.class);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private final FollowerSettings settings;
    private final PoolControl control;
    private final Supplier<Collection<PoolVolume>> volumes;
    private final RegistrySource source;
    private final HadoopCaches caches;
    private final FollowerThreads threads;
    private final FollowerState state;
    private final ChainKeeper chain;
    private final PoolGate gate;
    private final VerifyService verify;
    private final PollComposer composer;
    private final Lease lease;
    private final RegistryReader reader;
    private final PollLoop loop;
    private final OfflineOrigin offline;

    // Owned by the follower's thread.
    private FollowerMode mode = FollowerMode.UNKNOWN;
    private boolean started;
    private boolean scanned;
    private boolean scanning;
    private boolean rejoining;
    private boolean registryWanted;
    private @Nullable EpochApplier applier;
    private OpenBlocksProto openBlocks =
            OpenBlocksProto.newBuilder().setEpoch(0).build();

    private volatile @Nullable String notServing;

    /** The registration that was in force when the question was sent whose answer is believed. */
    private volatile @Nullable Object confirmed;

    private final Object confirming = new Object();

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
                new NameNodePoller(dataNode::getConf, ANSWER_TIMEOUT, Ticker.systemTicker()),
                Ticker.systemTicker(),
                new HadoopCaches(dataNode.getConf(), control.blockPoolId()));
    }

    RegistryFollower(
            FollowerSettings settings,
            PoolControl control,
            Supplier<Collection<PoolVolume>> volumes,
            RegistrySource source,
            Ticker ticker,
            HadoopCaches caches) {
        this.settings = requireNonNull(settings, "settings is null");
        this.control = requireNonNull(control, "control is null");
        this.volumes = requireNonNull(volumes, "volumes is null");
        this.source = requireNonNull(source, "source is null");
        this.caches = requireNonNull(caches, "caches is null");
        String pool = control.blockPoolId();
        threads = new FollowerThreads(pool);
        state = new FollowerState(pool, settings.datanodeUuid());
        chain = new ChainKeeper(control, state, threads.dropping(), threads.follower());
        loop = new PollLoop(threads.follower(), this::ask, settings.pollInterval());
        gate = new PoolGate(control, threads.gate(), settings.writerTimeout(), this::whenQuiet);
        verify = new VerifyService(control, threads.verifying(), loop::nudge);
        composer = new PollComposer(settings, control, state, chain);
        lease = new Lease(ticker);
        reader = new RegistryReader(settings, control, state, source, threads, lease);
        offline = new OfflineOrigin(pool, control.geometry(), volumes);
    }

    // ---- what the decorator calls

    @Override
    public void beforeScan() throws IOException {
        threads.call(this::open);
        try {
            threads.await(threads.call(this::ask));
            applyEpochs();
        } finally {
            threads.call(this::opened);
        }
    }

    @Override
    public void afterScan() {
        control.useOrigin(null);
        threads.follower().execute(this::serve);
    }

    @Override
    public void volumesRemoved() {
        threads.follower().execute(() -> state.retain(volumes.get()));
    }

    @Override
    public void confirmBeforeReport() throws IOException {
        threads.await(threads.call(this::ask));
        checkServing();
    }

    @Override
    public void checkServing() throws IOException {
        if (control.registration() != confirmed) {
            confirmRegistration();
        }
        String reason = notServing;
        if (reason != null) {
            throw new IOException(reason);
        }
    }

    /** A NameNode that was started anew may know of a rollback that the last poll did not see. */
    private void confirmRegistration() throws IOException {
        synchronized (confirming) {
            if (control.registration() != confirmed) {
                threads.await(threads.call(this::ask));
            }
        }
    }

    @Override
    public void close() {
        threads.close();
        source.close();
    }

    // ---- start

    private boolean open() throws IOException {
        scanning = true;
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

    private boolean opened() {
        scanning = false;
        rejoinWhenReady();
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
        loop.start();
    }

    // ---- rollback epochs

    /** In the caller's thread; the polls go on meanwhile, to tell how far it is. */
    private void applyEpochs() throws IOException {
        List<RollbackEpoch> unapplied = threads.call(state::unappliedEpochs);
        if (unapplied.isEmpty()) {
            return;
        }
        EpochApplier newApplier = new EpochApplier(control, offline, caches);
        threads.call(() -> beginApplying(newApplier));
        try {
            for (RollbackEpoch epoch : unapplied) {
                List<PoolVolume> behind = threads.call(() -> state.behind(epoch));
                OpenBlocks open = threads.call(() -> RegistryRules.openBlocks(openBlocks, epoch));
                threads.call(() -> beginEpoch(epoch));
                newApplier.apply(epoch, open, behind);
                threads.call(() -> applied(epoch, behind));
            }
        } finally {
            threads.call(this::endApplying);
        }
        threads.call(this::catchUp);
    }

    private boolean beginApplying(EpochApplier newApplier) {
        applier = newApplier;
        control.useOrigin(offline);
        loop.start();
        return true;
    }

    private boolean beginEpoch(RollbackEpoch epoch) {
        state.beginApplying(epoch);
        return true;
    }

    private boolean applied(RollbackEpoch epoch, List<PoolVolume> done) throws IOException {
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
        } else {
            loop.stop();
        }
        return true;
    }

    // ---- polls

    private CompletableFuture<@Nullable Void> ask() {
        Object registration = control.registration();
        List<VerifyResultProto> verified = verify.results();
        PollRequestProto request = request(verified);
        return reader.ask(request, new RegistryReader.Listener() {
            @Override
            public void obey(PollResponseProto response) throws IOException {
                takeSettings(response);
                state.sawStamp(response.getGenerationStamp());
                follow(response);
                confirmed = registration;
                verify.delivered(verified);
                if (knowsMoreThan(request)) {
                    loop.pollAgain();
                }
            }

            @Override
            public void outdated(PollResponseProto response, String reason) throws IOException {
                takeSettings(response);
                serveWithoutRegistry(response.getGenerationStamp(), reason);
                confirmed = registration;
            }
        });
    }

    private void takeSettings(PollResponseProto response) {
        loop.setPause(Duration.ofMillis(Math.max(1, response.getPollIntervalMillis())));
        registryWanted = response.getSendRegistry();
    }

    /**
     * The NameNode has lost its registry: it knows of no rollback that is not known here. So what is applied here is
     * served, as stock HDFS would; everything is preserved, and nothing is deleted. Not so when it has an older
     * namespace: it gives stamps out that were given out before, and what is written under them would pass for what a
     * snapshot needs. Such a one has not got as far as it said before, or as a replica that is here.
     */
    private void serveWithoutRegistry(long stamp, String reason) throws IOException {
        if (stamp < Math.max(state.highestStamp(), control.highestStamp())) {
            throw new IOException(reason + ": an older namespace was started without -rollback");
        }
        if (!state.unappliedEpochs().isEmpty()) {
            throw new IOException(reason + ": a rollback is not applied yet on this DataNode");
        }
        if (mode == FollowerMode.UNKNOWN && applier == null) {
            chain.preserveEverything();
        }
    }

    private PollRequestProto request(List<VerifyResultProto> verified) {
        if (applier != null) {
            state.advance(applier.percent());
        }
        PollRequestProto.Builder request =
                composer.compose(mode, verified).setRollbackReady(isReady()).addAllRollbackProgress(state.progress());
        PollComposer.oneLine(reader.failure(), gate.problem(), control.problem(), chain.problem(), state.damage())
                .ifPresent(request::setProblem);
        if (registryWanted) {
            request.setRegistry(state.registry());
        }
        return request.build();
    }

    /** While an epoch is applied the answers only keep the lease: the chain is not to change under it. */
    private void follow(PollResponseProto response) throws IOException {
        if (response.hasOpenBlocks()) {
            openBlocks = response.getOpenBlocks();
        }
        if (applier != null) {
            return;
        }
        chain.follow(response.getRegistry());
        catchUp();
        response.getVerifyTasksList().forEach(verify::submit);
        if (response.getSendFullReport() && scanned) {
            control.triggerFullReport();
        }
    }

    /** Does what the registry that is known now asks for. */
    private FollowerMode catchUp() throws IOException {
        List<RollbackEpoch> unapplied = state.unappliedEpochs();
        notServing = unapplied.isEmpty()
                ? null
                : "rollback epoch " + unapplied.get(unapplied.size() - 1).number() + " of block pool "
                        + control.blockPoolId() + " is not applied yet on this DataNode";
        enter(FollowerMode.of(!unapplied.isEmpty(), state.registry().hasPendingRollback()));
        if (mode != FollowerMode.ROLLING_BACK) {
            chain.dropDeleted();
            if (scanned) {
                chain.recordOpen();
                control.setMounts(RegistryRules.mounts(state.registry()));
            }
        }
        rejoinWhenReady();
        return mode;
    }

    /**
     * On a running DataNode an epoch is applied where it is applied at a start: in {@link #beforeScan}, of another
     * follower, once the pool has been closed. Until it is quiet, a writer or a queued deletion could change what the
     * rollback puts back. A storage volume that is being added applies its epochs itself.
     */
    private void rejoinWhenReady() {
        if (mode == FollowerMode.ROLLING_BACK && scanned && !scanning && gate.isQuiet() && !rejoining) {
            rejoining = true;
            control.rejoin();
        }
    }

    private void whenQuiet() {
        threads.follower().execute(() -> {
            rejoinWhenReady();
            loop.pollAgain();
        });
    }

    private boolean isReady() {
        return mode == FollowerMode.ROLLBACK_PENDING
                && gate.isQuiet()
                && !chain.isAnother(SnapshotId.ofRegistry(
                        state.registry().getPendingRollback().getSnapshotId()));
    }

    private boolean knowsMoreThan(PollRequestProto said) {
        return !composer.acks().equals(PollComposer.acks(said))
                || !mode.name().equals(said.getMode())
                || isReady() != said.getRollbackReady();
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
