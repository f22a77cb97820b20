/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.hadoop.hdfs.server.datanode.StorageLocation;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.store.file.FileStore;

/**
 * The block pools that are in service on this DataNode, and their storage volumes. Safe for many threads; Hadoop opens
 * and closes one pool from one thread.
 */
final class SnapshotPools implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotPools.class);
    private static final long RETRY_MILLIS = 1000;

    private final FsDatasetSpi<?> dataset;
    private final Rejoin rejoin;
    private final Function<String, PoolContext> contexts;
    private final ConcurrentMap<String, SnapshotPool> pools = new ConcurrentHashMap<>();

    /**
     * No pool is in service yet.
     *
     * @param rejoin ends with the pools
     * @param contexts what a block pool of this id is built on
     */
    SnapshotPools(FsDatasetSpi<?> dataset, Rejoin rejoin, Function<String, PoolContext> contexts) {
        this.dataset = requireNonNull(dataset, "dataset is null");
        this.rejoin = requireNonNull(rejoin, "rejoin is null");
        this.contexts = requireNonNull(contexts, "contexts is null");
    }

    /** The pool in service under this id. */
    SnapshotPool of(String blockPoolId) throws IOException {
        return find(blockPoolId)
                .orElseThrow(
                        () -> new IOException("block pool " + blockPoolId + " is not in service on this DataNode"));
    }

    /** The same, when it is to be read: throws where reads of it are refused. */
    PoolControl serving(String blockPoolId) throws IOException {
        SnapshotPool pool = of(blockPoolId);
        pool.follower().checkServing();
        return pool;
    }

    Optional<SnapshotPool> find(String blockPoolId) {
        return Optional.ofNullable(pools.get(blockPoolId));
    }

    /**
     * Brings a pool into service as far as Hadoop's scan needs it: stores open, chain as the registry says, rollback
     * epochs applied.
     *
     * <p>Waits for the registry as long as it takes: Hadoop's {@code BPServiceActor} gives a block pool up for good when
     * it can't be opened, and a DataNode that serves without the registry may serve what a rollback has taken back.
     *
     * @throws IOException when this DataNode is stopped meanwhile; nothing is left open then
     */
    SnapshotPool open(String blockPoolId) throws IOException {
        Optional<SnapshotPool> known = find(blockPoolId);
        if (known.isPresent()) {
            return known.get();
        }
        SnapshotPool pool = new SnapshotPool(contexts.apply(blockPoolId), storageRoots());
        try {
            awaitRegistry(pool);
        } catch (IOException | RuntimeException e) {
            closeQuietly(pool);
            throw e;
        }
        pools.put(blockPoolId, pool);
        return pool;
    }

    private void awaitRegistry(SnapshotPool pool) throws IOException {
        boolean ready = false;
        while (!ready) {
            try {
                pool.follower().beforeScan();
                ready = true;
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                LOG.warn("{} is not in service yet, trying again: {}", pool.blockPoolId(), e.getMessage());
                leaveOutUnwritable(pool);
                leaveOutWhatHadoopHasNotAnyMore(pool);
                pause();
            }
        }
    }

    /**
     * A storage volume that takes no writes can't apply a rollback, and would keep the others from it for ever. Hadoop's
     * own checks don't look at the volumes of a pool that is not in service. Hadoop does not use it from here on; {@link
     * SnapshotPool#failures} has the DataNode do the rest.
     */
    private void leaveOutUnwritable(SnapshotPool pool) throws IOException {
        Map<FsVolumeSpi, IOException> failed = new HashMap<>();
        try (FsDatasetSpi.FsVolumeReferences references = dataset.getFsVolumeReferences()) {
            for (FsVolumeSpi volume : local(references)) {
                StorageRoots.whyUnwritable(volume).ifPresent(reason -> failed.put(volume, reason));
            }
        }
        if (!failed.isEmpty()) {
            LOG.error("{}: goes on without storage volumes that can't be written: {}", pool.blockPoolId(), failed);
            dataset.handleVolumeFailures(failed.keySet());
            pool.leaveOut(failed);
            pool.follower().volumesRemoved();
        }
    }

    /** Taken out, or found broken for another pool: nobody tells a pool that is not in service. */
    private void leaveOutWhatHadoopHasNotAnyMore(SnapshotPool pool) throws IOException {
        if (pool.retainVolumes(storageRoots())) {
            pool.follower().volumesRemoved();
        }
    }

    private static void pause() throws InterruptedIOException {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped while waiting for the registry");
        }
    }

    /**
     * Takes a pool out of service; nothing when it is not. Hadoop does that in a thread that it has interrupted, and an
     * interrupt would close the stores' files while they are written.
     */
    void close(String blockPoolId) {
        SnapshotPool pool = pools.remove(blockPoolId);
        if (pool != null) {
            boolean interrupted = Thread.interrupted();
            closeQuietly(pool);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Before Hadoop scans a storage volume that is added while it runs. Hadoop adds several at once, from many threads. */
    synchronized void beforeAddVolume(StorageLocation location) throws IOException {
        Path root = StorageRoots.of(location);
        for (SnapshotPool pool : pools.values()) {
            pool.addVolume(root);
            pool.follower().beforeScan();
            DuplicateReplicas.preserve(pool);
        }
    }

    /** After Hadoop has scanned it. */
    void afterAddVolume() throws IOException {
        for (SnapshotPool pool : pools.values()) {
            pool.seedOpenReplicas();
            pool.follower().afterScan();
        }
    }

    void removeVolumes(Collection<StorageLocation> locations) {
        for (SnapshotPool pool : pools.values()) {
            locations.forEach(location -> pool.removeVolume(StorageRoots.of(location)));
            pool.follower().volumesRemoved();
        }
    }

    /** Refuses when a storage volume holds anything for snapshots of this pool, in service or not. */
    void refuseIfContent(String blockPoolId) throws IOException {
        for (Path root : storageRoots()) {
            Path directory = PoolVolumes.storeDirectory(root, blockPoolId);
            if (FileStore.holdsContent(directory)) {
                throw new IOException("snapshots need what is in " + directory + ": delete them first, or use force");
            }
        }
    }

    /** Takes all pools out of service, for good. */
    @Override
    public void close() {
        rejoin.close();
        List.copyOf(pools.keySet()).forEach(this::close);
    }

    private List<Path> storageRoots() throws IOException {
        try (FsDatasetSpi.FsVolumeReferences references = dataset.getFsVolumeReferences()) {
            return ImmutableList.copyOf(Iterables.transform(local(references), StorageRoots::of));
        }
    }

    private static Iterable<FsVolumeSpi> local(FsDatasetSpi.FsVolumeReferences references) {
        return Iterables.filter(references, StorageTypes::isLocal);
    }

    private static void closeQuietly(SnapshotPool pool) {
        try {
            pool.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("{}: closing the snapshot stores", pool.blockPoolId(), e);
        }
    }
}
