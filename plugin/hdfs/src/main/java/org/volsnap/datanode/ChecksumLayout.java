/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.hdfs.server.datanode.BlockMetadataHeader;
import org.apache.hadoop.util.DataChecksum;
import org.volsnap.model.ChunkGeometry;

/**
 * How the checksums of one replica lie over its bytes, as the first bytes of its meta file say (see Hadoop's {@code
 * BlockMetadataHeader}). Offsets and lengths are bytes of the block, unless named otherwise.
 *
 * <p>The checksums of a chunk belong to its <em>pieces</em>: what lies between two multiples of {@code
 * bytesPerChecksum}, cut at the chunk's ends. Where that size divides the chunk size, all but the last piece of a block
 * version are whole checksum chunks, and the checksums are the stored ones.
 *
 * @param type kind of checksum; NULL has none
 * @param bytesPerChecksum 1 or more
 */
public record ChecksumLayout(DataChecksum.Type type, int bytesPerChecksum) {
    /** Bytes before the first checksum of a meta file. */
    public static final int HEADER_BYTES = BlockMetadataHeader.getHeaderSize();

    private static final int VERSION_BYTES = Short.BYTES;

    public ChecksumLayout {
        checkArgument(bytesPerChecksum >= 1, "bytes per checksum must be 1 or more, was %s", bytesPerChecksum);
    }

    /**
     * Reads the first bytes of a meta file.
     *
     * @throws org.apache.hadoop.util.InvalidChecksumSizeException when they are not a header
     */
    public static ChecksumLayout of(byte[] checksumHeader) throws IOException {
        DataChecksum checksum = DataChecksum.newDataChecksum(checksumHeader, VERSION_BYTES);
        return new ChecksumLayout(checksum.getChecksumType(), checksum.getBytesPerChecksum());
    }

    /** Bytes of one checksum; 0 for NULL. */
    public int size() {
        return type.size;
    }

    /** Whether every chunk consists of whole checksum chunks. */
    public boolean divides(ChunkGeometry geometry) {
        return geometry.chunkSizeBytes() % bytesPerChecksum == 0;
    }

    /** The greatest multiple of {@code bytesPerChecksum} that is at most {@code offset}. */
    public long floor(long offset) {
        return offset - offset % bytesPerChecksum;
    }

    /** The least multiple of {@code bytesPerChecksum} that is at least {@code offset}. */
    public long ceiling(long offset) {
        return floor(offset + bytesPerChecksum - 1);
    }

    /** Number of pieces in the bytes from {@code from} (inclusive) to {@code to} (exclusive). */
    public int pieces(long from, long to) {
        return to <= from ? 0 : Math.toIntExact((ceiling(to) - floor(from)) / bytesPerChecksum);
    }

    /** Where, in the meta file, the checksum of the checksum chunk lies that holds this byte. */
    public long metaOffset(long offset) {
        return HEADER_BYTES + offset / bytesPerChecksum * size();
    }

    /** Length in bytes of the meta file of a block version with this length. */
    public long metaLength(long length) {
        return HEADER_BYTES + ceiling(length) / bytesPerChecksum * size();
    }

    /** Computes the checksum of one piece, and puts it into {@code sums}. */
    void putSum(ByteBuffer piece, ByteBuffer sums) {
        if (size() > 0) {
            sums.putInt(sum(piece));
        }
    }

    /**
     * Compares the checksums of all pieces of {@code data}.
     *
     * @param from the offset at which {@code data} begins
     * @param name of what is checked, for the message
     * @throws org.apache.hadoop.fs.ChecksumException naming the first piece that differs
     */
    public void verify(ByteBuffer data, ByteBuffer sums, long from, String name) throws IOException {
        long to = from + data.remaining();
        int expected = pieces(from, to) * size();
        if (sums.remaining() != expected) {
            throw new IOException(
                    name + ": " + sums.remaining() + " bytes of checksums instead of " + expected + " at " + from);
        }
        int head = (int) (Math.min(to, ceiling(from)) - from);
        int headSums = head > 0 ? size() : 0;
        ByteBuffer bytes = data.slice();
        ByteBuffer stored = sums.slice();
        verifyAligned(bytes.slice(0, head), stored.slice(0, headSums), from, name);
        verifyAligned(
                bytes.slice(head, bytes.capacity() - head),
                stored.slice(headSums, stored.capacity() - headSums),
                from + head,
                name);
    }

    private void verifyAligned(ByteBuffer data, ByteBuffer sums, long from, String name) throws IOException {
        if (data.hasRemaining()) {
            newChecksum().verifyChunkedSums(data, sums, name, from);
        }
    }

    private int sum(ByteBuffer piece) {
        ByteBuffer bytes = ByteBuffer.allocate(piece.remaining()).put(piece.duplicate());
        DataChecksum checksum = newChecksum();
        checksum.update(bytes.array(), 0, bytes.capacity());
        return (int) checksum.getValue();
    }

    private DataChecksum newChecksum() {
        return DataChecksum.newDataChecksum(type, bytesPerChecksum);
    }
}
