/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.volsnap.engine.ReplicaShape;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReplicaFiles;

/**
 * Reads chunks out of a replica's two files, and verifies them: what it returns matched the stored checksums when it
 * was read. The checksum of a piece that is not a whole checksum chunk (see {@link ChecksumLayout}) is derived after
 * the whole one was verified, so that rot is never blessed. Safe for many threads.
 */
public final class ReplicaFileReader {
    private final ChunkGeometry geometry;

    public ReplicaFileReader(ChunkGeometry geometry) {
        this.geometry = requireNonNull(geometry, "geometry is null");
    }

    /** First bytes of a meta file. */
    public static byte[] readChecksumHeader(Path meta) throws IOException {
        try (InputStream in = Files.newInputStream(meta)) {
            byte[] header = in.readNBytes(ChecksumLayout.HEADER_BYTES);
            if (header.length < ChecksumLayout.HEADER_BYTES) {
                throw new EOFException(meta + " has no whole header");
            }
            return header;
        }
    }

    /**
     * Reads one chunk of a replica that nobody writes to.
     *
     * @param lengthBytes how much of the chunk to read, 0 to the chunk size
     * @throws EOFException when the replica is shorter
     * @throws org.apache.hadoop.fs.ChecksumException when it does not match its checksums
     */
    public ChunkContent read(ReplicaFiles files, long chunk, int lengthBytes) throws IOException {
        try (OpenReplicaFiles open = OpenReplicaFiles.open(files)) {
            return read(open, ReplicaEnd.at(open.dataLength()), chunk, lengthBytes);
        }
    }

    /** Length and first bytes of the meta file of a replica that nobody writes to. */
    public ReplicaShape shapeOf(ReplicaFiles files) throws IOException {
        try (OpenReplicaFiles open = OpenReplicaFiles.open(files)) {
            return new ReplicaShape(open.dataLength(), open.checksumHeader());
        }
    }

    /** The first bytes of a chunk: see {@link org.volsnap.engine.Origin#cut}. */
    public ChunkContent cut(byte[] checksumHeader, ChunkContent content, int lengthBytes) throws IOException {
        ChecksumLayout layout = ChecksumLayout.of(checksumHeader);
        if (!layout.divides(geometry)) {
            throw new IOException("a chunk of " + geometry.chunkSizeBytes() + " bytes with " + layout.bytesPerChecksum()
                    + " bytes per checksum can't be cut");
        }
        layout.verify(content.data(), content.checksums(), 0, "preserved chunk");
        ByteBuffer first = content.data().slice(content.data().position(), lengthBytes);
        return new ChunkContent(first, derive(layout, first, 0));
    }

    /** Reads one chunk of a replica that may be growing: {@code end} says which of its bytes have their checksums. */
    ChunkContent read(OpenReplicaFiles files, ReplicaEnd end, long chunk, int lengthBytes) throws IOException {
        ChecksumLayout layout = ChecksumLayout.of(files.checksumHeader());
        long from = geometry.offsetOf(chunk);
        long to = from + lengthBytes;
        if (to > end.length()) {
            throw new EOFException(files.name() + " has " + end.length() + " bytes, not " + to);
        }
        long wholeFrom = layout.floor(from);
        long wholeTo = Math.min(layout.ceiling(to), end.length());
        ByteBuffer data = files.readData(wholeFrom, Math.toIntExact(wholeTo - wholeFrom));
        ByteBuffer sums = storedChecksums(files, layout, end, wholeFrom, wholeTo);
        layout.verify(data, sums, wholeFrom, files.name());
        ByteBuffer wanted = data.slice((int) (from - wholeFrom), lengthBytes);
        if (wholeFrom == from && wholeTo == to) {
            return new ChunkContent(wanted, sums);
        }
        return new ChunkContent(wanted, derive(layout, wanted, from));
    }

    private static ByteBuffer storedChecksums(
            OpenReplicaFiles files, ChecksumLayout layout, ReplicaEnd end, long from, long to) throws IOException {
        ByteBuffer sums = files.readMeta(layout.metaOffset(from), layout.pieces(from, to) * layout.size());
        byte[] last = end.lastChecksum();
        boolean endsPartial = to == end.length() && layout.floor(to) != to;
        if (last != null && endsPartial && sums.hasRemaining()) {
            sums.put(sums.limit() - layout.size(), last, 0, layout.size());
        }
        return sums;
    }

    private static ByteBuffer derive(ChecksumLayout layout, ByteBuffer data, long from) {
        long to = from + data.remaining();
        ByteBuffer sums = ByteBuffer.allocate(layout.pieces(from, to) * layout.size());
        for (long start = from; start < to; ) {
            long end = Math.min(to, layout.floor(start) + layout.bytesPerChecksum());
            layout.putSum(data.slice((int) (start - from), (int) (end - start)), sums);
            start = end;
        }
        return sums.flip();
    }
}
