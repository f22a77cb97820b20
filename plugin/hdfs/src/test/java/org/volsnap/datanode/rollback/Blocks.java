/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.hadoop.hdfs.server.datanode.BlockMetadataHeader;
import org.apache.hadoop.util.DataChecksum;
import org.volsnap.model.ReplicaFiles;

/** Bytes of blocks, and the files that Hadoop would make of them. */
final class Blocks {
    static final int BYTES_PER_CHECKSUM = 512;

    private Blocks() {}

    /** The same for the same seed. */
    static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] meta(byte[] bytes) throws IOException {
        DataChecksum checksum = DataChecksum.newDataChecksum(DataChecksum.Type.CRC32C, BYTES_PER_CHECKSUM);
        ByteArrayOutputStream meta = new ByteArrayOutputStream();
        BlockMetadataHeader.writeHeader(new DataOutputStream(meta), checksum);
        if (bytes.length > 0) {
            ByteBuffer sums = ByteBuffer.allocate(checksum.getChecksumSize(bytes.length));
            checksum.calculateChunkedSums(ByteBuffer.wrap(bytes), sums);
            meta.write(sums.array());
        }
        return meta.toByteArray();
    }

    /** Writes both files in place: their inodes stay. */
    static void write(ReplicaFiles files, byte[] bytes) throws IOException {
        Files.createDirectories(directoryOf(files.data()));
        Files.write(files.data(), bytes);
        Files.write(files.meta(), meta(bytes));
    }

    static Path directoryOf(Path file) {
        Path parent = file.getParent();
        return parent == null ? file : parent;
    }
}
