/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReplicaFiles;

/** The live replicas, as the engine reads them. Implemented by the binding; safe for many threads. */
public interface Origin {
    /** The replica of this block as it is now; empty when there is none. */
    Optional<LiveReplica> find(String pool, long blockId) throws IOException;

    /**
     * Reads one chunk of the live replica into memory, with the stored checksums that cover it, and verifies them.
     *
     * @param live the block, under the stamp that the caller believes it to have
     * @param lengthBytes how much of the chunk to read: up to the chunk size. When it ends inside a checksum chunk, the
     *     checksum of the part that is asked for is derived after the whole checksum chunk was verified
     * @throws IOException when it is not there, has another stamp (also after looking again for one that is just being
     *     renamed), is shorter, or does not match its checksums
     */
    ChunkContent readLive(BlockKey live, long chunk, int lengthBytes) throws IOException;

    /** The same of a replica that a store keeps whole. */
    ChunkContent readWhole(ReplicaFiles files, long chunk, int lengthBytes) throws IOException;

    /** Length and checksum header of a replica that a store keeps whole. */
    ReplicaShape shapeOf(ReplicaFiles files) throws IOException;

    /**
     * The first bytes of a chunk that was preserved for a longer version of the same replica. When the cut goes through
     * a checksum chunk, the checksum of its first part is derived after the whole one was verified.
     *
     * @param checksumHeader first bytes of the replica's meta file
     * @param lengthBytes at most as much as {@code content} has
     * @throws IOException when the content does not match its checksums
     */
    ChunkContent cut(byte[] checksumHeader, ChunkContent content, int lengthBytes) throws IOException;

    /**
     * A chunk with some of its bytes written over, for a write to a snapshot. What is written gets new checksums; a
     * checksum chunk of which only a part is written is verified before. An origin without checksums need not say how.
     *
     * @param checksumHeader first bytes of the replica's meta file; empty for a device
     * @param content the chunk as it is; nothing of it is looked at when {@code data} is the whole chunk
     * @param offset the first byte in the chunk that is written over
     * @return in buffers of its own
     * @throws IOException when the content does not match its checksums
     */
    default ChunkContent overwrite(byte[] checksumHeader, ChunkContent content, int offset, ByteBuffer data)
            throws IOException {
        if (checksumHeader.length > 0 || content.checksums().hasRemaining()) {
            throw new IOException("a snapshot of this origin can't be written: its checksums could not be made");
        }
        ByteBuffer old = content.data();
        ByteBuffer merged = ByteBuffer.allocate(Math.max(old.remaining(), offset + data.remaining()));
        merged.put(old).put(offset, data, data.position(), data.remaining());
        return ChunkContent.plain(merged.clear());
    }
}
