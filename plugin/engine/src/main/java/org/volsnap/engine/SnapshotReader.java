/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.volsnap.engine.EngineVersionView.Form;
import org.volsnap.model.Base;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReadMemory;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionState;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.VersionLostException;
import org.volsnap.store.WholeReplica;

/**
 * Reads the past: finds the version that a snapshot sees, and its chunks, wherever they are at this moment. Nothing is
 * held between two looks, so each read looks again, and what is found gone is looked for a bounded number of times more.
 */
final class SnapshotReader {
    private static final int ATTEMPTS = 4;
    private static final Comparator<BlockKey> BY_STAMP = Comparator.comparingLong(BlockKey::stamp);

    private final EngineContext context;
    private final BlockIndex index;
    private final WholeReplicas wholeReplicas;
    private final LossRecorder losses;

    SnapshotReader(EngineContext context, BlockIndex index, WholeReplicas wholeReplicas, LossRecorder losses) {
        this.context = context;
        this.index = index;
        this.wholeReplicas = wholeReplicas;
        this.losses = losses;
    }

    /** The block version as this snapshot sees it: preserved, else live, else kept whole. */
    Optional<VersionView> view(SnapshotId id, BlockKey key) throws IOException {
        ChainLink snapshot = context.chain().require(id);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Form> form = preserved(snapshot, key);
            if (form.isEmpty() && snapshot.fence().contains(key.stamp())) {
                form = live(key);
                if (form.isEmpty()) {
                    form = whole(snapshot, key);
                }
            }
            if (form.isPresent()) {
                return Optional.of(new EngineVersionView(this, id, key, form.get()));
            }
        }
        return Optional.empty();
    }

    /** The version with the highest stamp. Looks again: one that is preserved just now may be missed in both places. */
    Optional<BlockKey> newest(SnapshotId id, String pool, long blockId) throws IOException {
        ChainLink snapshot = context.chain().require(id);
        Optional<BlockKey> newest = Optional.empty();
        for (int attempt = 0; attempt < 2 && newest.isEmpty(); attempt++) {
            newest = newestInMemory(snapshot, pool, blockId);
        }
        return newest.isPresent() ? newest : wholeReplicas.newest(snapshot, pool, blockId);
    }

    private Optional<BlockKey> newestInMemory(ChainLink snapshot, String pool, long blockId) throws IOException {
        Optional<BlockKey> found = index.find(blockId).stream()
                .flatMap(block -> block.visible(snapshot).stream())
                .map(version -> version.header().key())
                .max(BY_STAMP);
        Optional<BlockKey> live = context.origin()
                .find(pool, blockId)
                .map(LiveReplica::key)
                .filter(key -> snapshot.fence().contains(key.stamp()));
        return Stream.of(found, live).flatMap(Optional::stream).max(BY_STAMP);
    }

    private Optional<Form> preserved(ChainLink snapshot, BlockKey key) {
        return index.find(key.blockId())
                .flatMap(block -> block.visible(snapshot, key))
                .map(Version::header)
                .map(header -> new Form(header.length(), header.state(), header.checksumHeader()));
    }

    private Optional<Form> live(BlockKey key) throws IOException {
        return context.origin()
                .find(key.pool(), key.blockId())
                .filter(live -> live.key().equals(key))
                .map(live -> new Form(live.length(), live.state(), live.checksumHeader()));
    }

    private Optional<Form> whole(ChainLink snapshot, BlockKey key) throws IOException {
        Optional<WholeReplica> kept =
                wholeReplicas.find(key, context.chain().state().ownersFrom(snapshot.id()));
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        ReplicaShape shape = context.origin().shapeOf(kept.get().files());
        return Optional.of(new Form(shape.length(), VersionState.FINALIZED, shape.checksumHeader()));
    }

    /** The same chunks, looked through for their own sake. */
    ChunkScan chunkScan() {
        return new StoredChunkScan(context, index, losses);
    }

    // ---- chunks

    /** Reads a chunk, looking again when it moved between the look and the read. */
    ChunkContent read(SnapshotId id, BlockKey key, Form form, long chunk, ReadMemory memory) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return readOnce(context.chain().require(id), key, form, chunk, memory);
            } catch (VersionLostException e) {
                throw e;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e instanceof BaseMismatchException mismatch ? lostBase(mismatch) : e;
                }
            }
        }
    }

    private ChunkContent readOnce(ChainLink snapshot, BlockKey key, Form form, long chunk, ReadMemory memory)
            throws IOException {
        int length = context.settings().geometry().lengthOf(chunk, form.length());
        checkArgument(length > 0, "chunk %s lies behind the end of %s at %s bytes", chunk, key, form.length());
        try (BlockIndex.Use use = index.use(key.blockId())) {
            BlockExceptions block = use.block();
            ChunkSource source = block.locate(snapshot, key, chunk);
            if (source instanceof ChunkSource.Stored stored) {
                return readStored(block, stored, form, length, memory);
            }
            if (source instanceof ChunkSource.OnBase onBase) {
                try {
                    return readBase(onBase, chunk, length);
                } finally {
                    block.endRead(onBase.read());
                }
            }
            if (source instanceof ChunkSource.Live live) {
                try {
                    return readUnchanged(snapshot, key, chunk, length);
                } finally {
                    block.endRead(live.read());
                }
            }
            throw lost((ChunkSource.Lost) source);
        }
    }

    private ChunkContent readStored(
            BlockExceptions block, ChunkSource.Stored stored, Form form, int length, ReadMemory memory)
            throws IOException {
        AttachedStore store = stored.chunk().holder().store();
        if (!store.isPresent()) {
            throw new VersionLostException(
                    stored.version().header() + " needs chunk " + stored.chunk().chunk() + " of " + store);
        }
        try {
            return cut(form, store.exceptions().read(stored.chunk().location(), memory), length);
        } catch (StoreCorruptException e) {
            if (!block.isStillAt(stored.version(), stored.chunk())) {
                throw new IOException("chunk " + stored.chunk().chunk() + " was written anew while it was read", e);
            }
            losses.record(block, stored.version(), String.valueOf(e.getMessage()));
            throw new VersionLostException(stored.version().header() + " is lost", e);
        }
    }

    private ChunkContent cut(Form form, ChunkContent content, int length) throws IOException {
        int present = content.data().remaining();
        if (present < length) {
            throw new StoreCorruptException("a preserved chunk has " + present + " bytes, not " + length);
        }
        return present == length ? content : context.origin().cut(form.checksumHeader(), content, length);
    }

    private ChunkContent readBase(ChunkSource.OnBase source, long chunk, int length) throws IOException {
        BlockKey key = source.version().header().key();
        Base base = source.base();
        Optional<LiveReplica> live = context.origin().find(key.pool(), key.blockId());
        if (live.isPresent()
                && base.matches(live.get().key().stamp(), live.get().length())) {
            return context.origin().readLive(live.get().key(), chunk, length);
        }
        Optional<WholeReplica> kept = wholeReplicas.findBase(key, base);
        if (kept.isPresent()) {
            return context.origin().readWhole(kept.get().files(), chunk, length);
        }
        throw new BaseMismatchException(source.version(), base, live.orElse(null));
    }

    private ChunkContent readUnchanged(ChainLink snapshot, BlockKey key, long chunk, int length) throws IOException {
        Optional<LiveReplica> live = context.origin().find(key.pool(), key.blockId());
        if (live.isPresent() && live.get().key().equals(key)) {
            return context.origin().readLive(key, chunk, length);
        }
        Optional<WholeReplica> kept =
                wholeReplicas.find(key, context.chain().state().ownersFrom(snapshot.id()));
        if (kept.isPresent()) {
            return context.origin().readWhole(kept.get().files(), chunk, length);
        }
        throw new VersionGoneException(key + " is neither live nor kept");
    }

    private static VersionLostException lost(ChunkSource.Lost source) {
        AttachedStore store = source.version().store();
        return new VersionLostException(source.version().header() + " in " + store + " is lost: " + source.reason());
    }

    /**
     * Another live replica than the one the version rests on: it was changed unseen. None at all may come back, and so
     * may one that a storage volume keeps which is away.
     */
    private VersionLostException lostBase(BaseMismatchException mismatch) {
        if (mismatch.live() != null && context.volumes().isComplete()) {
            index.find(mismatch.version().header().key().blockId())
                    .ifPresent(
                            block -> losses.record(block, mismatch.version(), String.valueOf(mismatch.getMessage())));
        }
        return new VersionLostException(mismatch.version().header() + " is lost", mismatch);
    }
}
