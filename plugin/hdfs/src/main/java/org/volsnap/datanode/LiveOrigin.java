/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.ReplicaState;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInfo;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.Origin;
import org.volsnap.engine.ReplicaShape;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReplicaFiles;

/** The live replicas of one block pool as Hadoop's dataset knows them. Safe for many threads. */
final class LiveOrigin implements Origin {
    private final LiveReplicas replicas;
    private final ReplicaFileReader reader;
    private final Suspicion suspicion;

    /** Takes replicas whose bytes did not match their checksums. */
    @FunctionalInterface
    interface Suspicion {
        /** Returns soon. */
        void raise(BlockKey live, String reason);
    }

    LiveOrigin(LiveReplicas replicas, ReplicaFileReader reader, Suspicion suspicion) {
        this.replicas = requireNonNull(replicas, "replicas is null");
        this.reader = requireNonNull(reader, "reader is null");
        this.suspicion = requireNonNull(suspicion, "suspicion is null");
    }

    @Override
    public Optional<LiveReplica> find(String pool, long blockId) throws IOException {
        return replicas.find(blockId);
    }

    @Override
    public ChunkContent readLive(BlockKey live, long chunk, int lengthBytes) throws IOException {
        try {
            return readOnceOrAgain(live, chunk, lengthBytes);
        } catch (ChecksumException e) {
            // Of one that is written or recovered it may have been the moment.
            if (isFinalized(live)) {
                suspicion.raise(live, String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    private boolean isFinalized(BlockKey live) {
        ReplicaInfo now = replicas.inMap(live.blockId());
        return now != null && now.getState() == ReplicaState.FINALIZED && now.getGenerationStamp() == live.stamp();
    }

    private ChunkContent readOnceOrAgain(BlockKey live, long chunk, int lengthBytes) throws IOException {
        return RenameRace.retry(() -> {
            ReplicaInfo replica = locate(live);
            try (OpenReplicaFiles files = OpenReplicaFiles.open(LiveReplicas.files(replica))) {
                // The end is taken after the files are open, and the map is asked again after that: so the files that
                // are read are those of this replica under this stamp.
                ReplicaEnd end = LiveReplicas.end(replica);
                if (locate(live) != replica) {
                    throw new StaleReplicaException(live + " was replaced while it was opened");
                }
                return reader.read(files, end, chunk, lengthBytes);
            }
        });
    }

    @Override
    public ChunkContent readWhole(ReplicaFiles files, long chunk, int lengthBytes) throws IOException {
        return reader.read(files, chunk, lengthBytes);
    }

    @Override
    public ReplicaShape shapeOf(ReplicaFiles files) throws IOException {
        return reader.shapeOf(files);
    }

    @Override
    public ChunkContent cut(byte[] checksumHeader, ChunkContent content, int lengthBytes) throws IOException {
        return reader.cut(checksumHeader, content, lengthBytes);
    }

    private ReplicaInfo locate(BlockKey live) throws IOException {
        ReplicaInfo inMap = replicas.inMap(live.blockId());
        if (inMap == null) {
            throw new StaleReplicaException(live + " is not here any more");
        }
        ReplicaInfo replica = LiveReplicas.settled(inMap);
        if (replica.getGenerationStamp() != live.stamp()) {
            throw new StaleReplicaException(live + " has the stamp " + replica.getGenerationStamp());
        }
        return replica;
    }
}
