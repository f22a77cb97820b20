/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.ReadMemory;
import org.volsnap.store.MediaErrors;
import org.volsnap.store.StoreCorruptException;

/** Each chunk is read once, whoever shares it; those that nobody reads any more are passed over. */
final class StoredChunkScan implements ChunkScan {
    private final EngineContext context;
    private final BlockIndex index;
    private final LossRecorder losses;

    StoredChunkScan(EngineContext context, BlockIndex index, LossRecorder losses) {
        this.context = context;
        this.index = index;
        this.losses = losses;
    }

    @Override
    public long[] blocks(LongPredicate wanted) {
        return index.blockIds(wanted).sorted().toArray();
    }

    @Override
    public boolean isKnown(long blockId, long version) {
        return index.find(blockId)
                .filter(block ->
                        block.look(lineages -> lineages.stream().anyMatch(lineage -> lineage.version(version) != null)))
                .isPresent();
    }

    @Override
    public List<Damage> read(long blockId, VolumeStore volume, Pace pace) throws IOException {
        BlockExceptions block = index.find(blockId).orElse(null);
        AttachedStore store = context.volumes().find(volume.exceptions().id()).orElse(null);
        if (block == null || store == null) {
            return List.of();
        }
        ReadMemory memory = ReadMemory.reused();
        List<Damage> damages = new ArrayList<>();
        for (StoredChunk chunk : held(block, store)) {
            pace.before(context.settings().geometry().chunkSizeBytes());
            if (!readers(block, chunk).isEmpty()) {
                read(block, store, chunk, memory).ifPresent(damages::add);
            }
        }
        return damages;
    }

    private static List<StoredChunk> held(BlockExceptions block, AttachedStore store) {
        return block.look(lineages -> lineages.stream()
                .flatMap(lineage -> lineage.chunksIn(store).stream())
                .toList());
    }

    /** The versions that would read this chunk where it lies. */
    private static List<Version> readers(BlockExceptions block, StoredChunk chunk) {
        return block.look(lineages -> lineages.stream()
                .flatMap(lineage -> lineage.versions()
                        .filter(Version::isReadable)
                        .filter(version -> isAt(lineage.resolve(version.number(), chunk.chunk()), chunk)))
                .toList());
    }

    private static boolean isAt(@Nullable StoredChunk found, StoredChunk chunk) {
        return found != null
                && found.location().equals(chunk.location())
                && found.holder().number() == chunk.holder().number();
    }

    private Optional<Damage> read(BlockExceptions block, AttachedStore store, StoredChunk chunk, ReadMemory memory)
            throws IOException {
        try {
            store.exceptions().read(chunk.location(), memory);
            return Optional.empty();
        } catch (StoreCorruptException e) {
            List<Version> readers = readers(block, chunk); // none: it was freed, or written anew, meanwhile
            readers.forEach(version -> losses.record(block, version, String.valueOf(e.getMessage())));
            return readers.isEmpty() ? Optional.empty() : Optional.of(damage(chunk, e));
        } catch (IOException e) {
            if (!MediaErrors.isMediaError(e)) {
                throw e;
            }
            return Optional.of(damage(chunk, e));
        }
    }

    private static Damage damage(StoredChunk chunk, IOException reason) {
        return new Damage(
                chunk.holder().header().key(),
                chunk.holder().number(),
                chunk.chunk(),
                String.valueOf(reason.getMessage()));
    }
}
