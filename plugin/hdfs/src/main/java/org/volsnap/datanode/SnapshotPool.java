/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.Sets;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAccumulator;
import org.apache.hadoop.hdfs.protocol.Block;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.ReplicaState;
import org.apache.hadoop.hdfs.server.datanode.Replica;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInPipeline;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInfo;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.AddBlockPoolException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.mount.Mount;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.Origin;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionState;

/**
 * The snapshots of one block pool on this DataNode: engine, stores, open replicas, admission and follower, from {@code
 * addBlockPool} to {@code shutdownBlockPool}. Safe for many threads.
 */
final class SnapshotPool implements PoolControl, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotPool.class);

    private final PoolContext context;
    private final PoolTrouble trouble;
    private final AddBlockPoolException failures = new AddBlockPoolException();
    private final PoolVolumes volumes;
    private final LiveReplicas replicas;
    private final SwitchableOrigin origin;
    private final SnapshotEngine engine;
    private final ReplicaPreserver preserver;
    private final OpenReplicas open;
    private final AdmissionGate gate;
    private final PoolFollower follower;
    private final PoolScanner scanner;
    private final LongAccumulator highestStamp = new LongAccumulator(Long::max, 0);
    private final LongAccumulator highestBlockId = new LongAccumulator(Long::max, 0);

    /** Starts an engine on what these storage volumes hold. */
    SnapshotPool(PoolContext context, Collection<Path> roots) throws IOException {
        this.context = requireNonNull(context, "context is null");
        String blockPoolId = context.blockPoolId();
        this.trouble = new PoolTrouble(blockPoolId);
        this.volumes = new PoolVolumes(context.parts(), context.storeOptions(), trouble);
        this.replicas = new LiveReplicas(context.dataset(), blockPoolId, volumes::stores);
        this.origin =
                new SwitchableOrigin(new LiveOrigin(replicas, new ReplicaFileReader(geometry()), context::suspect));
        this.engine = context.parts()
                .openEngine(context.engineSettings(), context.parts().origin(origin));
        this.preserver = new ReplicaPreserver(engine, replicas, geometry(), trouble);
        this.open = new OpenReplicas(this::mayBeOpen);
        this.gate = new AdmissionGate(blockPoolId);
        this.follower = context.parts().openFollower(context.dataNode(), this, volumes::inService);
        this.scanner = context.parts().openScanner(context.dataNode(), this);
        roots.forEach(this::addVolume);
    }

    // ---- for the decorator

    ReplicaPreserver preserver() {
        return preserver;
    }

    OpenReplicas open() {
        return open;
    }

    LiveReplicas replicas() {
        return replicas;
    }

    Collection<PoolVolume> volumes() {
        return volumes.inService();
    }

    VolumeStore stores(Path root) {
        return volumes.stores(root);
    }

    PoolFollower follower() {
        return follower;
    }

    /** Lets a change of this block in, and notes the ids it brings. */
    AdmissionGate.Pass enter(String call, long blockId, long stamp) throws AdmissionException {
        highestBlockId.accumulate(blockId);
        highestStamp.accumulate(stamp);
        return gate.enterChange(call);
    }

    /** Lets a call in that may as well be left out; empty while the pool is closed. */
    Optional<AdmissionGate.Pass> enterIfOpen(String call, long blockId) {
        highestBlockId.accumulate(blockId);
        try {
            return Optional.of(gate.enterChange(call));
        } catch (AdmissionException e) {
            LOG.debug("{}: left out: {}", blockPoolId(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Lets a delete in; empty when it is left for a later block report. */
    Optional<AdmissionGate.Pass> enterDelete(Block[] blocks) throws AdmissionException {
        Optional<AdmissionGate.Pass> pass = gate.enterDelete("invalidate");
        if (pass.isEmpty()) {
            LOG.info(
                    "{}: the registry is not known, {} deletes are left for a later block report",
                    blockPoolId(),
                    blocks.length);
        }
        return pass;
    }

    /** Takes a storage volume in, before Hadoop scans it. */
    void addVolume(Path root) {
        volumes.add(root, engine);
        scanner.add(new PoolVolume(root, stores(root)));
    }

    void removeVolume(Path root) {
        scanner.remove(root);
        volumes.remove(root, engine);
    }

    /** Lets go of all storage volumes but these; returns whether there was one to let go. */
    boolean retainVolumes(Collection<Path> there) {
        Set<Path> gone = Sets.difference(volumes.roots(), Set.copyOf(there));
        gone.forEach(this::removeVolume);
        return !gone.isEmpty();
    }

    /** These storage volumes failed while the pool was brought into service; it goes on without them. */
    void leaveOut(Map<FsVolumeSpi, IOException> failed) {
        failed.keySet().forEach(volume -> removeVolume(StorageRoots.of(volume)));
        failures.mergeException(new AddBlockPoolException(failed));
    }

    /** All of those, as Hadoop takes it; without any when there are none. */
    AddBlockPoolException failures() {
        return failures;
    }

    /** After a scan of Hadoop: what it found open is open. */
    void seedOpenReplicas() throws IOException {
        for (Replica replica : context.dataset().deepCopyReplica(blockPoolId())) {
            if (replica.getState() != ReplicaState.FINALIZED && replica.getState() != ReplicaState.TEMPORARY) {
                open.found(replica.getBlockId());
            }
            highestStamp.accumulate(replica.getGenerationStamp());
            highestBlockId.accumulate(replica.getBlockId());
        }
    }

    // ---- for the follower

    @Override
    public String blockPoolId() {
        return context.blockPoolId();
    }

    @Override
    public SnapshotEngine engine() {
        return engine;
    }

    @Override
    public ChunkGeometry geometry() {
        return context.engineSettings().geometry();
    }

    @Override
    public void useOrigin(@Nullable Origin offline) {
        origin.use(offline);
    }

    @Override
    public Optional<SnapshotReplicaReader> read(SnapshotId id, BlockKey key) throws IOException {
        return engine.view(id, key).map(view -> new SnapshotReplicaReader(view, geometry()));
    }

    @Override
    public Optional<String> problem() {
        Optional<String> problem = context.joining()
                .rejoin()
                .problem(blockPoolId())
                .or(trouble::problem)
                .or(context.joining().mounts()::problem);
        Optional<String> damage = scanner.problem();
        return problem.isPresent() && damage.isPresent()
                ? Optional.of(problem.get() + "; " + damage.get())
                : problem.or(() -> damage);
    }

    @Override
    public void setAdmission(Admission admission) throws IOException {
        if (gate.set(admission)) {
            LOG.info("{}: deletes pass again, a full block report will name what is still here", blockPoolId());
            triggerFullReport();
        }
    }

    @Override
    public Collection<LiveReplica> openReplicas() throws IOException {
        List<LiveReplica> found = new ArrayList<>();
        for (long blockId : open.ids()) {
            replicas.find(blockId)
                    .filter(live -> live.state() == VersionState.OPEN)
                    .ifPresent(found::add);
        }
        return found;
    }

    @Override
    public void stopWriters(long timeoutMillis) throws IOException {
        IOException failure = null;
        for (long blockId : open.ids()) {
            if (replicas.inMap(blockId) instanceof ReplicaInPipeline written) {
                try {
                    written.stopWriter(timeoutMillis);
                } catch (IOException e) {
                    failure = new IOException("the writer of blk_" + blockId + " does not stop", e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public long queuedDeletions() {
        return context.dataset().getPendingAsyncDeletions();
    }

    @Override
    public void triggerFullReport() throws IOException {
        context.triggerFullReport();
    }

    @Override
    public void rejoin() {
        context.joining().rejoin().request(blockPoolId());
    }

    @Override
    public void setMounts(Collection<Mount> mounts) {
        context.joining().mounts().follow(blockPoolId(), mounts);
    }

    @Override
    public @Nullable Object registration() {
        return context.registration();
    }

    @Override
    public long highestStamp() {
        return highestStamp.get();
    }

    @Override
    public long highestBlockId() {
        return highestBlockId.get();
    }

    /** Ends scanning and polling, then the engine, then lets the stores go. */
    @Override
    public void close() throws IOException {
        try (volumes;
                engine;
                follower) {
            scanner.close();
        }
    }

    private boolean mayBeOpen(long blockId) {
        ReplicaInfo replica = replicas.inMap(blockId);
        return replica != null
                && replica.getState() != ReplicaState.FINALIZED
                && replica.getState() != ReplicaState.TEMPORARY;
    }
}
