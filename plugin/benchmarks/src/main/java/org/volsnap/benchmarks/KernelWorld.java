/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.volsnap.engine.ChainLink;
import org.volsnap.engine.CowEngine;
import org.volsnap.engine.EngineSettings;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.MergeProgress.State;
import org.volsnap.engine.OnlineMerge;
import org.volsnap.engine.OriginChains;
import org.volsnap.engine.OriginChange;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.Device;
import org.volsnap.store.OverflowPolicy;
import org.volsnap.store.dm.DmOptions;
import org.volsnap.store.dm.DmStore;
import org.volsnap.store.memory.MemoryReplicaStore;

/** One device with one snapshot in the kernel's format: a chain of one, as dm-snapshot has it. */
final class KernelWorld implements Closeable {
    private static final int SECTOR_BYTES = 512;
    private static final SnapshotId SNAPSHOT = SnapshotId.ofRegistry(1);

    private final Device origin;
    private final LiveReplica replica;
    private final OriginChains chains = new OriginChains();
    private final CowEngine engine;

    /** @param cow where the snapshot lies; nothing is on it yet */
    KernelWorld(Path directory, int chunkBytes, Device origin, Device cow) throws IOException {
        this.origin = origin;
        VersionHeader version = new VersionHeader(
                1,
                1,
                EngineWorld.KEY,
                SNAPSHOT,
                origin.sizeBytes(),
                VersionState.FINALIZED,
                VersionHeader.NEVER,
                new byte[0]);
        DmOptions options = DmOptions.of("cow", version, chunkBytes / SECTOR_BYTES, OverflowPolicy.INVALIDATE);
        VolumeStore volume = new VolumeStore(DmStore.open(cow, options), new MemoryReplicaStore(directory));
        replica = new LiveReplica(
                EngineWorld.KEY,
                origin.sizeBytes(),
                VersionState.FINALIZED,
                new byte[0],
                volume,
                new ReplicaFiles(directory, directory));
        ChunkGeometry geometry = ChunkGeometry.ofSize(chunkBytes);
        engine = CowEngine.open(
                new EngineSettings(geometry, EngineWorld.COPY_THREADS),
                new DeviceOrigin(origin, geometry, replica),
                List.of(volume),
                List.of(new ChainLink(SNAPSHOT, StampFence.OPEN)));
        chains.add(engine, volume);
    }

    void write(long offset, ByteBuffer data) throws IOException {
        try (OriginChange change = chains.beginOverwrite(replica, offset, data.remaining())) {
            origin.write(offset, data);
        }
    }

    /** Merges the snapshot into the origin; it is gone then. */
    void merge() throws IOException {
        chains.remove(engine);
        OnlineMerge merge = engine.mergeOnline(SNAPSHOT, EngineWorld.KEY, origin, chains);
        merge.start();
        State end = merge.awaitEnd();
        if (end != State.DONE) {
            throw new IOException("the merge ended as " + end);
        }
    }

    @Override
    public void close() throws IOException {
        engine.close();
    }
}
