/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.ReplicaState;
import org.apache.hadoop.hdfs.server.datanode.ChunkChecksum;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInPipeline;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInfo;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.jspecify.annotations.Nullable;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionState;

/**
 * Hadoop's replicas in the engine's words, for one block pool. TEMPORARY replicas (copies under way from another
 * DataNode) are nobody's yet and do not count as replicas here. Safe for many threads; nothing is remembered.
 */
final class LiveReplicas {
    private static final byte[] NO_HEADER = {};

    private final FsDatasetSpi<?> dataset;
    private final String blockPoolId;
    private final Function<Path, VolumeStore> stores;

    /** @param stores the stores of the storage volume with this root */
    LiveReplicas(FsDatasetSpi<?> dataset, String blockPoolId, Function<Path, VolumeStore> stores) {
        this.dataset = requireNonNull(dataset, "dataset is null");
        this.blockPoolId = requireNonNull(blockPoolId, "blockPoolId is null");
        this.stores = requireNonNull(stores, "stores is null");
    }

    /** Hadoop's own object, as it is in its map; null when there is none. */
    @SuppressWarnings("deprecation") // the only public way to a replica by id
    @Nullable
    ReplicaInfo inMap(long blockId) {
        return dataset.getReplica(blockPoolId, blockId) instanceof ReplicaInfo replica ? replica : null;
    }

    /** The replica of this block as it is now; looks again when it is renamed at this very moment. */
    Optional<LiveReplica> find(long blockId) throws IOException {
        return RenameRace.retry(() -> {
            ReplicaInfo replica = inMap(blockId);
            return replica == null ? Optional.empty() : translate(replica);
        });
    }

    /** This replica as it is now; empty for one that no snapshot can need. */
    Optional<LiveReplica> translate(ReplicaInfo inMap) throws IOException {
        ReplicaInfo replica = settled(inMap);
        if (replica.getState() == ReplicaState.TEMPORARY || !isLocal(replica)) {
            return Optional.empty();
        }
        ReplicaFiles files = files(replica);
        return Optional.of(new LiveReplica(
                new BlockKey(blockPoolId, replica.getBlockId(), replica.getGenerationStamp()),
                length(replica),
                replica.getState() == ReplicaState.FINALIZED ? VersionState.FINALIZED : VersionState.OPEN,
                checksumHeader(replica, files),
                stores.apply(StorageRoots.of(replica.getVolume())),
                files));
    }

    /** What a replica under recovery was before, and is in its files until the recovery ends; else the replica itself. */
    static ReplicaInfo settled(ReplicaInfo replica) {
        return replica.getState() == ReplicaState.RUR ? replica.getOriginalReplica() : replica;
    }

    static ReplicaFiles files(ReplicaInfo replica) {
        return new ReplicaFiles(Path.of(replica.getBlockURI()), Path.of(replica.getMetadataURI()));
    }

    /**
     * How long the replica is for readers: acknowledged bytes while it is written; bytes on disk, which Hadoop's scan
     * has checked against their checksums, while it waits for recovery (its visible length is -1 then).
     */
    static long length(ReplicaInfo replica) {
        return switch (replica.getState()) {
            case FINALIZED -> replica.getNumBytes();
            case RBW -> replica.getVisibleLength();
            default -> replica.getBytesOnDisk();
        };
    }

    /** How far the files can be read and verified now: at least to {@link #length}. */
    static ReplicaEnd end(ReplicaInfo replica) {
        if (replica.getState() == ReplicaState.RBW && replica instanceof ReplicaInPipeline written) {
            ChunkChecksum last = written.getLastChecksumAndDataLen();
            return new ReplicaEnd(last.getDataLength(), last.getChecksum());
        }
        return ReplicaEnd.at(replica.getBytesOnDisk());
    }

    /**
     * Hadoop makes the meta file when the first byte is about to come, and its header is in no hurry to the disk: one that
     * is to be recovered after a kill may have none (BlockPoolSlice.validateIntegrityAndSetLength says that it is empty).
     */
    private static byte[] checksumHeader(ReplicaInfo replica, ReplicaFiles files) throws IOException {
        try {
            return ReplicaFileReader.readChecksumHeader(files.meta());
        } catch (NoSuchFileException | EOFException e) {
            if (replica.getState() != ReplicaState.FINALIZED && length(replica) == 0) {
                return NO_HEADER;
            }
            throw e;
        }
    }

    private static boolean isLocal(ReplicaInfo replica) {
        return "file".equals(replica.getBlockURI().getScheme());
    }
}
