/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionState;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.memory.MemoryContent;
import org.volsnap.store.memory.MemoryExceptionStore;
import org.volsnap.store.memory.MemoryReplicaStore;

/**
 * The engine's tables, gate and chain without its threads, around an origin of a few numbers: one block, a number a
 * chunk, all of them 0 at the time of every snapshot. What is copied is the number, as its location. Made anew by the
 * thousand.
 */
final class TinyEngine {
    static final int CHUNKS = 2;
    private static final ChunkGeometry GEOMETRY = new ChunkGeometry(9);
    private static final BlockKey KEY = new BlockKey("pool", 1, 1);
    private static final Path NOWHERE = Path.of("/nowhere");

    private final AtomicIntegerArray origin = new AtomicIntegerArray(CHUNKS);
    private final VolumeStore volume =
            new VolumeStore(new MemoryExceptionStore(new MemoryContent("store")), new MemoryReplicaStore(NOWHERE));
    private final AttachedStore store = new AttachedStore(volume);
    private final Chain chain;
    private final EngineContext context;
    private final BlockIndex index;
    private final BlockGate gate = new BlockGate();
    private final ChangeEpochs epochs = new ChangeEpochs();
    private final SnapshotDrop drop;

    TinyEngine(int snapshots) {
        chain = new Chain(List.of());
        for (int number = 1; number <= snapshots; number++) {
            chain.add(SnapshotId.ofRegistry(number));
            setFence(SnapshotId.ofRegistry(number));
        }
        context = new EngineContext(
                new EngineSettings(GEOMETRY, 1),
                new NoOrigin(),
                chain,
                new Volumes(),
                new Numbers(),
                new Statistics(),
                new Activity());
        index = new BlockIndex(context);
        drop = new SnapshotDrop(context, index, epochs);
    }

    private void setFence(SnapshotId id) {
        try {
            chain.setFence(id, StampFence.at(1));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Preserves a chunk as a change does, up to the moment at which the change may be made. */
    void preserve(int chunk) {
        long bytes = (long) CHUNKS << GEOMETRY.shift();
        LiveReplica live = new LiveReplica(
                KEY, bytes, VersionState.FINALIZED, new byte[0], volume, new ReplicaFiles(NOWHERE, NOWHERE));
        ChangeRequest request = new ChangeRequest(live, KEY.stamp(), bytes, ChunkRange.of(chunk));
        Set<Lineage> rebased = new HashSet<>();
        try (BlockIndex.Use use = index.use(KEY.blockId())) {
            BlockExceptions block = use.block();
            while (true) {
                Walk walk = block.walk(
                        Change.of(request, store),
                        context.chain()
                                .state()
                                .newestWith(request.replica().key().stamp()),
                        rebased);
                walk.headers().forEach(header -> block.headerDone(header.pending(), header.created()));
                walk.copies().forEach(copy -> copy(block, copy));
                if (walk.waits().isEmpty()) {
                    return;
                }
                walk.waits().forEach(CompletableFuture::join);
            }
        }
    }

    private void copy(BlockExceptions block, PendingException copy) {
        ChunkLocation copied = new ChunkLocation(origin.get((int) copy.chunk()));
        Waits.whenDone(block.complete(copy, copied), () -> block.remove(copy));
    }

    /** A change of the origin through the gate. Returns what was there before. */
    int change(int chunk, int value) {
        try {
            BlockGate.Ticket ticket = gate.enter(KEY.blockId());
            ChangeEpochs.Epoch epoch = epochs.enter();
            try {
                preserve(chunk);
                int before = origin.get(chunk);
                origin.set(chunk, value);
                return before;
            } finally {
                epoch.leave();
                ticket.close();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What a snapshot reads; -1 when it is not in the chain. */
    int read(int snapshot, int chunk) {
        Optional<ChainLink> link = chain.state().find(SnapshotId.ofRegistry(snapshot));
        if (link.isEmpty()) {
            return -1;
        }
        try (BlockIndex.Use use = index.use(KEY.blockId())) {
            ChunkSource source = use.block().locate(link.get(), KEY, chunk);
            if (source instanceof ChunkSource.Stored stored) {
                return (int) stored.chunk().location().value();
            }
            ConflictingReads.Group tracked =
                    source instanceof ChunkSource.OnBase onBase ? onBase.read() : ((ChunkSource.Live) source).read();
            int value = origin.get(chunk);
            use.block().endRead(tracked);
            return value;
        }
    }

    /** Whether a snapshot finds the chunk in the store. */
    boolean isStored(int snapshot, int chunk) {
        ChainLink link = chain.state().find(SnapshotId.ofRegistry(snapshot)).orElseThrow();
        try (BlockIndex.Use use = index.use(KEY.blockId())) {
            ChunkSource source = use.block().locate(link, KEY, chunk);
            if (source instanceof ChunkSource.OnBase onBase) {
                use.block().endRead(onBase.read());
            } else if (source instanceof ChunkSource.Live live) {
                use.block().endRead(live.read());
            }
            return source instanceof ChunkSource.Stored;
        }
    }

    void drop(int snapshot) {
        try {
            drop.drop(SnapshotId.ofRegistry(snapshot));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static final class NoOrigin implements Origin {
        @Override
        public Optional<LiveReplica> find(String pool, long blockId) {
            return Optional.empty();
        }

        @Override
        public ChunkContent readLive(BlockKey live, long chunk, int lengthBytes) throws IOException {
            throw new IOException("there is none");
        }

        @Override
        public ChunkContent readWhole(ReplicaFiles files, long chunk, int lengthBytes) throws IOException {
            throw new IOException("there is none");
        }

        @Override
        public ReplicaShape shapeOf(ReplicaFiles files) throws IOException {
            throw new IOException("there is none");
        }

        @Override
        public ChunkContent cut(byte[] checksumHeader, ChunkContent content, int lengthBytes) {
            return ChunkContent.plain(ByteBuffer.allocate(lengthBytes));
        }
    }
}
