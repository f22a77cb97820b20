/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.volsnap.datanode.DefaultDataNodeParts;
import org.volsnap.engine.EngineSettings;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.Origin;
import org.volsnap.engine.ReplicaShape;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreUsage;
import org.volsnap.store.file.FileStoreOptions;

/** A DataNode's stores and origin with two fault points: a chunk's commit, and a conflicting read. */
public final class FaultParts extends DefaultDataNodeParts {
    /** Holds the commit of chunks: the copy is made, and not yet durable. */
    static final Hold COMMIT = new Hold();

    /** Holds reads of the origin by threads that are named {@link #HELD_READER}. */
    static final Hold ORIGIN_READ = new Hold();

    static final String HELD_READER = "held-reader";
    static final AtomicLong STORE_READS = new AtomicLong();
    static final List<SnapshotEngine> ENGINES = new CopyOnWriteArrayList<>();

    static void reset() {
        COMMIT.release();
        ORIGIN_READ.release();
        STORE_READS.set(0);
        ENGINES.clear();
    }

    @Override
    public OpenedStore openStore(Path directory, FileStoreOptions options) throws IOException {
        OpenedStore opened = super.openStore(directory, options);
        VolumeStore stores = opened.stores();
        return new OpenedStore(new VolumeStore(new HeldStore(stores.exceptions()), stores.replicas()), opened.file());
    }

    @Override
    public Origin origin(Origin live) {
        return new HeldOrigin(super.origin(live));
    }

    @Override
    public SnapshotEngine openEngine(EngineSettings settings, Origin origin) throws IOException {
        SnapshotEngine engine = super.openEngine(settings, origin);
        ENGINES.add(engine);
        return engine;
    }

    /** A door that is open until it is shut. */
    static final class Hold {
        private volatile CompletableFuture<Void> open = CompletableFuture.completedFuture(null);

        void shut() {
            open = new CompletableFuture<>();
        }

        void release() {
            open.complete(null);
        }

        CompletableFuture<Void> opened() {
            return open;
        }
    }

    private record HeldStore(ExceptionStore store) implements ExceptionStore {
        @Override
        public String id() {
            return store.id();
        }

        @Override
        public void replay(Replay into) throws IOException {
            store.replay(into);
        }

        @Override
        public CompletableFuture<Void> commit(StoreRecord record) {
            return store.commit(record);
        }

        @Override
        public CompletableFuture<ChunkLocation> commitChunk(long version, long chunk, ChunkContent content) {
            return COMMIT.opened().thenCompose(ignored -> store.commitChunk(version, chunk, content));
        }

        @Override
        public ChunkContent read(ChunkLocation location) throws IOException {
            STORE_READS.incrementAndGet();
            return store.read(location);
        }

        @Override
        public void commitLoss(VersionHeader version, String reason) throws IOException {
            store.commitLoss(version, reason);
        }

        @Override
        public StoreUsage usage() {
            return store.usage();
        }

        @Override
        public void compact() throws IOException {
            store.compact();
        }

        @Override
        public void close() throws IOException {
            store.close();
        }
    }

    private record HeldOrigin(Origin origin) implements Origin {
        @Override
        public Optional<LiveReplica> find(String pool, long blockId) throws IOException {
            return origin.find(pool, blockId);
        }

        @Override
        public ChunkContent readLive(BlockKey live, long chunk, int lengthBytes) throws IOException {
            ChunkContent content = origin.readLive(live, chunk, lengthBytes);
            if (Thread.currentThread().getName().equals(HELD_READER)) {
                ORIGIN_READ.opened().join();
            }
            return content;
        }

        @Override
        public ChunkContent readWhole(ReplicaFiles files, long chunk, int lengthBytes) throws IOException {
            return origin.readWhole(files, chunk, lengthBytes);
        }

        @Override
        public ReplicaShape shapeOf(ReplicaFiles files) throws IOException {
            return origin.shapeOf(files);
        }

        @Override
        public ChunkContent cut(byte[] checksumHeader, ChunkContent content, int lengthBytes) throws IOException {
            return origin.cut(checksumHeader, content, lengthBytes);
        }
    }
}
