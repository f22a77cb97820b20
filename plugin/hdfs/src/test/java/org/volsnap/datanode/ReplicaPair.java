/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.apache.hadoop.hdfs.server.datanode.BlockMetadataHeader;
import org.apache.hadoop.util.DataChecksum;
import org.volsnap.model.ReplicaFiles;

/** A replica's two files on disk, with the bytes and checksums that Hadoop would put there. */
final class ReplicaPair {
    final long blockId;
    final long stamp;
    final byte[] bytes;
    final DataChecksum checksum;
    final ReplicaFiles files;

    private ReplicaPair(Path directory, long blockId, long stamp, byte[] bytes, DataChecksum checksum) {
        this.blockId = blockId;
        this.stamp = stamp;
        this.bytes = bytes;
        this.checksum = checksum;
        this.files = new ReplicaFiles(
                directory.resolve("blk_" + blockId), directory.resolve("blk_" + blockId + "_" + stamp + ".meta"));
    }

    /** Random bytes under CRC32C. */
    static ReplicaPair write(Path directory, long blockId, long stamp, int length, int bytesPerChecksum)
            throws IOException {
        return write(directory, blockId, stamp, length, DataChecksum.Type.CRC32C, bytesPerChecksum);
    }

    static ReplicaPair write(
            Path directory, long blockId, long stamp, int length, DataChecksum.Type type, int bytesPerChecksum)
            throws IOException {
        byte[] bytes = new byte[length];
        new Random(blockId * 31 + stamp).nextBytes(bytes);
        ReplicaPair pair =
                new ReplicaPair(directory, blockId, stamp, bytes, DataChecksum.newDataChecksum(type, bytesPerChecksum));
        Files.createDirectories(directory);
        Files.write(pair.files.data(), bytes);
        Files.write(pair.files.meta(), pair.metaFile());
        return pair;
    }

    byte[] header() throws IOException {
        var out = new ByteArrayOutputStream();
        BlockMetadataHeader.writeHeader(new DataOutputStream(out), checksum);
        return out.toByteArray();
    }

    byte[] metaFile() throws IOException {
        var out = new ByteArrayOutputStream();
        out.write(header());
        out.write(sums(0, bytes.length));
        return out.toByteArray();
    }

    /** The checksums of these bytes, computed from an aligned start. */
    byte[] sums(int from, int to) {
        ByteBuffer sums = ByteBuffer.allocate(to == from ? 0 : checksum.getChecksumSize(to - from));
        checksum.calculateChunkedSums(ByteBuffer.wrap(slice(from, to)), sums);
        return sums.array();
    }

    byte[] slice(int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    /** Changes one bit of the data file, and leaves its checksum. */
    void rot(int offset) throws IOException {
        byte[] rotten = Files.readAllBytes(files.data());
        rotten[offset] ^= 1;
        Files.write(files.data(), rotten);
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
