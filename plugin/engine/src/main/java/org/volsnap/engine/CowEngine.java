/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.MoreExecutors;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.Device;
import org.volsnap.store.SingleSnapshotStore;
import org.volsnap.store.SnapshotException;
import org.volsnap.store.StoreException;
import org.volsnap.store.VersionLostException;
import org.volsnap.store.WholeReplica;

/** The engine: its verbs, each handed to the part that does it. See the package's tour for the parts. */
public final class CowEngine implements SnapshotEngine {
    private static final Logger LOG = LoggerFactory.getLogger(CowEngine.class);
    private static final Duration GRACE_AT_CLOSE = Duration.ofSeconds(10);

    private final EngineContext context;
    private final BlockIndex index;
    private final Figures figures;
    private final BlockGate gate = new BlockGate();
    private final ChangeEpochs epochs = new ChangeEpochs();
    private final ExecutorService troubles = daemon();
    private final Sweeper sweeper;
    private final CopyService copies;
    private final Preserver preserver;
    private final WholeReplicas wholeReplicas;
    private final SnapshotReader reader;
    private final SnapshotDrop drop;
    private final Merger merger;
    private final InPlaceWriter writer;
    private final PrivateWriter privateWriter;

    private CowEngine(EngineSettings settings, Origin origin, List<ChainLink> chain) {
        Volumes volumes = new Volumes();
        context = new EngineContext(
                settings, origin, new Chain(chain), volumes, new Numbers(), new Statistics(), new Activity());
        index = new BlockIndex(context);
        figures = new Figures(context, index);
        sweeper = new Sweeper(volumes);
        LossRecorder losses = new LossRecorder(volumes);
        copies = new CopyService(origin, settings);
        preserver = new Preserver(context, index, copies, losses, troubles);
        wholeReplicas = new WholeReplicas(context, index, losses);
        reader = new SnapshotReader(context, index, wholeReplicas, losses);
        drop = new SnapshotDrop(context, index, epochs);
        merger = new Merger(context, preserver, losses);
        writer = new InPlaceWriter(context, index, preserver);
        privateWriter = new PrivateWriter(context, index, reader, wholeReplicas, losses, epochs, sweeper::compactLater);
    }

    /**
     * Replays the stores and starts an engine on them.
     *
     * @param settings how it works
     * @param origin the live replicas; not asked for anything before this returns
     * @param volumes the stores of each storage volume, not yet replayed; the engine closes their exception stores
     * @param chain the snapshots that are known to exist, in any order
     * @throws IOException when a store can't be read at all; none was closed then
     */
    public static CowEngine open(
            EngineSettings settings, Origin origin, Collection<VolumeStore> volumes, List<ChainLink> chain)
            throws IOException {
        CowEngine engine = new CowEngine(
                requireNonNull(settings, "settings is null"), requireNonNull(origin, "origin is null"), chain);
        try {
            engine.attach(volumes);
            return engine;
        } catch (IOException | RuntimeException e) {
            engine.stopThreads();
            throw e;
        }
    }

    private static ExecutorService daemon() {
        return Executors.newSingleThreadExecutor(new ThreadFactoryBuilder()
                .setNameFormat("volsnap-loss-%d")
                .setDaemon(true)
                .build());
    }

    // ---- stores

    private void attach(Collection<VolumeStore> volumes) throws IOException {
        List<AttachedStore> stores = volumes.stream().map(AttachedStore::new).toList();
        new EngineLoader(context, index).load(stores);
        for (AttachedStore store : stores) {
            context.volumes().attach(store);
            figures.returns(store);
        }
    }

    @Override
    public void addVolume(VolumeStore volume) throws IOException {
        String id = volume.exceptions().id();
        checkArgument(context.volumes().find(id).isEmpty(), "store %s is attached already", id);
        attach(List.of(volume));
    }

    @Override
    public void removeVolume(VolumeStore volume) {
        context.volumes().detach(volume.exceptions().id()).ifPresent(store -> {
            figures.leaves(store);
            closeQuietly(store);
        });
    }

    private static void closeQuietly(AttachedStore store) {
        try {
            store.exceptions().close();
        } catch (IOException e) {
            LOG.warn("{} did not close", store, e);
        }
    }

    @Override
    public Set<SnapshotId> owners() throws IOException {
        Set<SnapshotId> owners = new TreeSet<>(context.statistics().owners());
        for (AttachedStore store : context.volumes().all()) {
            try (Stream<SnapshotId> kept = store.replicas().owners()) {
                kept.forEach(owners::add);
            }
        }
        return owners;
    }

    // ---- chain

    @Override
    public List<ChainLink> chain() {
        return context.chain().state().links().values().asList();
    }

    @Override
    public void addSnapshot(SnapshotId id) throws InterruptedIOException {
        context.chain().add(requireNonNull(id, "id is null"));
        Waits.await(epochs.advance());
    }

    @Override
    public void setFence(SnapshotId id, StampFence fence) throws IOException {
        context.chain().setFence(id, requireNonNull(fence, "fence is null"));
        sweeper.later("exclude what existed after snapshot " + id, () -> drop.exclude(id));
    }

    @Override
    public void adopt(SnapshotId provisional, SnapshotId real) throws IOException {
        checkArgument(!provisional.equals(real), "%s can't adopt itself", real);
        drop.adopt(provisional, real);
    }

    @Override
    public void dropSnapshot(SnapshotId id) throws IOException {
        drop.drop(requireNonNull(id, "id is null"));
        sweeper.compactLater();
    }

    @Override
    public void recordOpen(SnapshotId id, Collection<LiveReplica> replicas) throws IOException {
        ChainLink snapshot = context.chain().require(id);
        List<Change> changes = replicas.stream()
                .filter(replica -> snapshot.fence().contains(replica.key().stamp()))
                .map(replica -> Change.none(replica, context.volumes().of(replica)))
                .toList();
        preserver.record(snapshot, changes);
    }

    // ---- changes of the origin

    @Override
    public OriginChange begin(ChangeRequest request) throws InterruptedIOException {
        return passGate(List.of(blockOf(request.replica())), () -> preserver.preserve(changeOf(request)));
    }

    @Override
    public OriginChange beginDelete(Collection<LiveReplica> replicas) throws InterruptedIOException {
        List<LiveReplica> all = List.copyOf(replicas);
        return passGate(gatesOf(all.stream().map(CowEngine::blockOf)), () -> keepWhole(all));
    }

    @Override
    public OriginChange begin(long blockId, Supplier<Optional<ChangeRequest>> request) throws InterruptedIOException {
        return passGate(List.of(blockId), () -> {
            Optional<ChangeRequest> made = request.get();
            if (made.isPresent()) {
                preserver.preserve(changeOf(made.get()));
            }
        });
    }

    @Override
    public OriginChange beginDelete(Collection<Long> blockIds, LongFunction<Optional<LiveReplica>> replicas)
            throws InterruptedIOException {
        List<Long> gates = gatesOf(blockIds.stream());
        return passGate(
                gates,
                () -> keepWhole(gates.stream()
                        .flatMap(blockId -> replicas.apply(blockId).stream())
                        .toList()));
    }

    /** One order for all, so that two calls never wait for each other. */
    private static List<Long> gatesOf(Stream<Long> blockIds) {
        return blockIds.sorted().distinct().toList();
    }

    private void keepWhole(List<LiveReplica> replicas) throws InterruptedIOException {
        for (LiveReplica replica : replicas) {
            preserver.settle(blockOf(replica));
        }
        wholeReplicas.keep(replicas);
    }

    @Override
    public OriginChange announce(ChangeRequest request) throws InterruptedIOException {
        return passGate(List.of(), () -> preserver.preserve(changeOf(request)));
    }

    /**
     * Passes with a change that writes over bytes in place and leaves the replica's stamp and length as they are. It
     * takes no gate: changes of other chunks are inside together, and so may be those of the same bytes, as on any
     * device. {@link #addSnapshot} waits for the result to be closed.
     *
     * @param offset the first byte that is written over
     * @param length bytes, 1 or more; all below the replica's length
     */
    public OriginChange beginOverwrite(LiveReplica replica, long offset, long length) throws InterruptedIOException {
        Passage passage = enter(replica, offset, length);
        boolean passed = false;
        try {
            Passage.passAll(List.of(passage));
            passed = true;
            return passage;
        } finally {
            if (!passed) {
                passage.close();
            }
        }
    }

    /** Begins to pass with a change that writes over bytes in place. To be closed, once. */
    Passage enter(LiveReplica replica, long offset, long length) {
        checkArgument(
                offset >= 0 && length >= 1 && offset + length <= replica.length(),
                "bytes %s to %s are not all in the replica's %s",
                offset,
                offset + length,
                replica.length());
        ChunkRange overwritten = context.settings().geometry().covering(offset, offset + length);
        ChangeEpochs.Epoch epoch = epochs.enter();
        Change change = Change.overwrite(replica, context.volumes().of(replica), overwritten);
        return new Passage(epoch, preserver.begin(change));
    }

    private Change changeOf(ChangeRequest request) {
        return Change.of(request, context.volumes().of(request.replica()));
    }

    private static long blockOf(LiveReplica replica) {
        return replica.key().blockId();
    }

    /** Takes the gates in the order given, then preserves; gives all back when interrupted. */
    private OriginChange passGate(List<Long> blockIds, GatedStep preservation) throws InterruptedIOException {
        List<BlockGate.Ticket> tickets = new ArrayList<>(blockIds.size());
        ChangeEpochs.Epoch epoch = null;
        boolean passed = false;
        try {
            for (long blockId : blockIds) {
                tickets.add(gate.enter(blockId));
            }
            epoch = epochs.enter();
            preservation.run();
            passed = true;
            return new GatedChange(epoch, tickets);
        } finally {
            if (!passed) {
                tickets.forEach(BlockGate.Ticket::close);
                if (epoch != null) {
                    epoch.leave();
                }
            }
        }
    }

    // ---- the past

    @Override
    public Optional<VersionView> view(SnapshotId id, BlockKey key) throws IOException {
        return reader.view(requireNonNull(id, "id is null"), requireNonNull(key, "key is null"));
    }

    @Override
    public Optional<BlockKey> newest(SnapshotId id, String pool, long blockId) throws IOException {
        return reader.newest(requireNonNull(id, "id is null"), requireNonNull(pool, "pool is null"), blockId);
    }

    /**
     * A block version as a device of its snapshot, to be read and written.
     *
     * @throws SnapshotException when the snapshot is not known, or holds no such version
     */
    public SnapshotDevice device(SnapshotId id, BlockKey key) throws IOException {
        if (view(id, key).isEmpty()) {
            throw new SnapshotException("snapshot " + id + " holds nothing of " + key);
        }
        return new SnapshotDevice(context, index, reader, writer, privateWriter, id, key);
    }

    /**
     * Makes a merge of a snapshot that has its store for itself into the origin; it is not begun. This chain is to have
     * left the others, and its device is not to be used until the merge has ended.
     *
     * @param origin the live replica, as a device
     * @throws SnapshotException when the snapshot is not known, or its store can't be merged
     */
    public OnlineMerge mergeOnline(SnapshotId id, BlockKey key, Device origin, OriginChains others) throws IOException {
        ChainLink snapshot = context.chain().require(id);
        Version version = index.find(key.blockId())
                .flatMap(block -> block.visible(snapshot, key))
                .orElseThrow(() -> new SnapshotException("snapshot " + id + " holds nothing of " + key));
        if (!(version.store().exceptions() instanceof SingleSnapshotStore store) || !store.isMergeable()) {
            throw new SnapshotException(version.store() + " can't be merged while the origin is in use");
        }
        LiveReplica replica = context.origin()
                .find(key.pool(), key.blockId())
                .orElseThrow(() -> new SnapshotException("there is no live replica of " + key));
        MergedSnapshot merged = new MergedSnapshot(index, preserver, version, store);
        return new OnlineMerge(origin, replica, others, context.settings().geometry(), merged);
    }

    @Override
    public Collection<VersionHeader> versions(SnapshotId id) {
        List<VersionHeader> headers = new ArrayList<>();
        context.chain().state().find(id).ifPresent(snapshot -> {
            for (long blockId : index.blockIds()) {
                index.find(blockId)
                        .ifPresent(block -> block.visible(snapshot).forEach(version -> headers.add(version.header())));
            }
        });
        return headers;
    }

    @Override
    public Stream<WholeReplica> wholeReplicas(SnapshotId id) throws IOException {
        return wholeReplicas.list(context.chain().require(id), context.volumes().all());
    }

    @Override
    public Stream<WholeReplica> wholeReplicas(SnapshotId id, VolumeStore volume) throws IOException {
        Optional<AttachedStore> store =
                context.volumes().find(volume.exceptions().id());
        return wholeReplicas.list(context.chain().require(id), store.stream().toList());
    }

    @Override
    public ChunkScan chunkScan() {
        return reader.chunkScan();
    }

    // ---- merge

    @Override
    public Optional<WholeReplica> storedBase(VersionHeader version) throws IOException {
        LineageView lineage = index.find(version.key().blockId())
                .flatMap(block -> block.lineageOf(version.number()))
                .orElseThrow(() -> new VersionLostException(version + " is not known here any more"));
        Optional<LiveReplica> live =
                context.origin().find(version.key().pool(), version.key().blockId());
        if (live.isPresent()
                && lineage.base().matches(live.get().key().stamp(), live.get().length())) {
            return Optional.empty();
        }
        return wholeReplicas.findBase(version.key(), lineage.base());
    }

    @Override
    public void moveOut(WholeReplica replica, ReplicaFiles to) throws IOException {
        wholeReplicas.moveOut(gate, replica, to);
    }

    @Override
    public void moveOut(VolumeStore volume, Map<WholeReplica, ReplicaFiles> moves) throws IOException {
        String id = volume.exceptions().id();
        AttachedStore store = context.volumes().find(id).orElseThrow(() -> new StoreException(id + " is not attached"));
        wholeReplicas.moveOut(gate, store, moves);
    }

    @Override
    public void merge(VersionHeader version, LiveReplica live, OriginWriter writer) throws IOException {
        merge(version.key().blockId(), block -> merger.merge(block, version, live, writer));
    }

    /**
     * The same for what a snapshot reads under this key, its own writes included. Nobody may write to the snapshot
     * meanwhile.
     */
    public void merge(SnapshotId id, BlockKey key, LiveReplica live, OriginWriter writer) throws IOException {
        ChainLink snapshot = context.chain().require(id);
        merge(key.blockId(), block -> merger.merge(block, snapshot, key, live, writer));
    }

    private interface MergeTask {
        void run(BlockExceptions block) throws IOException;
    }

    private void merge(long blockId, MergeTask task) throws IOException {
        BlockGate.Ticket ticket = gate.enter(blockId);
        ChangeEpochs.Epoch epoch = epochs.enter();
        try (BlockIndex.Use use = index.use(blockId)) {
            task.run(use.block());
        } finally {
            epoch.leave();
            ticket.close();
        }
    }

    // ---- state

    @Override
    public EngineStatus status() {
        return figures.status();
    }

    @Override
    public boolean awaitQuiet(long timeoutMillis) throws InterruptedIOException {
        CompletableFuture<Void> quiet = context.activity().quiet();
        try {
            quiet.get(timeoutMillis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for pending exceptions");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a future that only completes has failed", e);
        } finally {
            context.activity().forget(quiet);
        }
    }

    @Override
    public void close() throws IOException {
        stopThreads();
        IOException first = null;
        for (AttachedStore store : context.volumes().all()) {
            try {
                store.exceptions().close();
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void stopThreads() {
        copies.close();
        if (!sweeper.stop(GRACE_AT_CLOSE) || !MoreExecutors.shutdownAndAwaitTermination(troubles, GRACE_AT_CLOSE)) {
            LOG.warn("Threads of the engine are still busy while its stores are closed");
        }
    }
}
