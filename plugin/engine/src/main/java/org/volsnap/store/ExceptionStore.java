/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReadMemory;
import org.volsnap.model.VersionHeader;

/**
 * Where exceptions live. One store serves one block pool on one storage volume (or one kernel snapshot). After {@link
 * #replay} it is safe for many threads.
 *
 * <p>Durability: what a future of {@link #commit} or {@link #commitChunk} stands for survives a power cut once the
 * future has completed normally, and everything committed to this store before it was called too. One force serves all that wait at that moment.
 * A future that fails carries a {@link StoreException}; the record is then not there, unless a later replay shows it:
 * the caller has changed nothing and may not assume either.
 */
public interface ExceptionStore extends Closeable {
    /** Names the store for good: it stays when the disk moves. */
    String id();

    /**
     * Reads everything durable, in commit order, into {@code into}. Called once, before any other verb.
     *
     * @throws StoreException when nothing of the store can be trusted; single damaged records are told to {@code into}
     */
    void replay(Replay into) throws IOException;

    /** Adds a record of metadata. */
    CompletableFuture<Void> commit(StoreRecord record);

    /**
     * Takes space for a chunk that is about to be copied, in the order of the calls (prepare_exception). Followed by
     * {@link #commitChunk} or {@link #abandonChunk} for the same chunk. Nothing to do where the order of commits does
     * not matter and a full store shows with the commit.
     *
     * @throws StoreFullException when there is no room
     */
    default void prepareChunk(long version, long chunk) throws StoreException {}

    /** The copy that {@link #prepareChunk} announced has failed: later ones need not wait for it. */
    default void abandonChunk(long version, long chunk) {}

    /**
     * Adds one chunk of a version whose header was committed to this store before. The content is not to be changed
     * until the future completes.
     *
     * @return where it lies, once it is durable
     */
    CompletableFuture<ChunkLocation> commitChunk(long version, long chunk, ChunkContent content);

    /**
     * The same, for a caller that calls {@link #commitWaiting} next, whatever happens: the store's own thread is not
     * woken for it.
     */
    default CompletableFuture<ChunkLocation> stageChunk(long version, long chunk, ChunkContent content) {
        return commitChunk(version, chunk, content);
    }

    /**
     * Says that the caller is about to wait for what it has committed, and that its thread may do the work meanwhile.
     * Only a matter of speed where nothing is staged. A caller that is interrupted harms nothing.
     */
    default void commitWaiting() {}

    /**
     * Reads a chunk back and checks it.
     *
     * @throws StoreCorruptException when its bytes are not those that were committed
     */
    ChunkContent read(ChunkLocation location) throws IOException;

    /** The same, in the reader's memory where that saves something. */
    default ChunkContent read(ChunkLocation location, ReadMemory memory) throws IOException {
        return read(location);
    }

    /**
     * Reads several chunks back and checks them; neighbours with few reads of the disk, whatever the order asked for.
     *
     * @return their contents, in the order of the locations
     * @throws StoreCorruptException when one of them is not what was committed
     */
    default List<ChunkContent> readAll(List<ChunkLocation> locations) throws IOException {
        List<ChunkContent> contents = new ArrayList<>(locations.size());
        for (ChunkLocation location : locations) {
            contents.add(read(location));
        }
        return contents;
    }

    /**
     * Records that a version is lost in space that is set aside for it, so that it works on a full store too. Durable
     * when it returns. The header goes with it because it may be what could not be stored, or lie in another store:
     * replay shows {@link StoreRecord.VersionPreserved} (unless this store has it already), then {@link
     * StoreRecord.VersionLost}.
     */
    void commitLoss(VersionHeader version, String reason) throws IOException;

    /** What is used now; cheap enough for every poll. */
    StoreUsage usage();

    /** Gives space of freed chunks and versions back, as far as it is worth the copying. Called from one thread. */
    void compact() throws IOException;

    /** Completes or fails what is under way, then closes. For the content every stop is a crash. */
    @Override
    void close() throws IOException;

    /** Receives what a store holds. */
    interface Replay {
        /** In commit order. */
        void record(StoreRecord record);

        /** In commit order; always after its version's header. */
        void chunk(long version, long chunk, ChunkLocation location, int dataLengthBytes);

        /**
         * Bytes in the middle of the store are damaged: what they held is lost. For the operator: each version that
         * may be concerned is told through {@link #record} as {@link StoreRecord.VersionLost} right after this.
         */
        void damaged(String fileAndOffset, String reason);
    }
}
