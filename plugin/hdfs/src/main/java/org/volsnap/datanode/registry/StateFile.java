/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.FollowerStateProto;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreVersionException;

/**
 * The file {@code registry} in the pool's directory on a storage volume. Little-endian:
 *
 * <pre>
 *   0        4         8          12        16
 *   | magic  | version | length   | CRC32C  | FollowerStateProto, length bytes
 * </pre>
 *
 * The checksum covers the message. The file is replaced as a whole: written beside, forced, renamed, directory forced.
 */
final class StateFile {
    static final String NAME = "registry";
    static final int HEADER_BYTES = 16;
    static final int FORMAT_VERSION = 1;
    private static final int MAGIC = 0x47525356; // "VSRG"
    private static final long MAX_BYTES = 64L << 20;

    private StateFile() {}

    /**
     * Reads it; empty when there is none.
     *
     * @throws StoreCorruptException when its bytes are not those that were written
     */
    static Optional<FollowerStateProto> read(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new StoreCorruptException(file + ": longer than " + MAX_BYTES + " bytes");
            }
            return Optional.of(parse(file, ByteBuffer.wrap(Files.readAllBytes(file))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static FollowerStateProto parse(Path file, ByteBuffer bytes) throws IOException {
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() < HEADER_BYTES || bytes.getInt() != MAGIC) {
            throw new StoreCorruptException(file + ", offset 0: not a registry file");
        }
        int version = bytes.getInt();
        if (version != FORMAT_VERSION) {
            throw new StoreVersionException(
                    file + " has format version " + version + ", this software reads " + FORMAT_VERSION);
        }
        int length = bytes.getInt();
        int checksum = bytes.getInt();
        byte[] message = new byte[bytes.remaining()];
        bytes.get(message);
        if (length != message.length || checksum != checksumOf(message)) {
            throw new StoreCorruptException(file + ", offset " + HEADER_BYTES + ": checksum or length is wrong");
        }
        return FollowerStateProto.parseFrom(message);
    }

    /** Replaces it. Durable when it returns. */
    static void write(Path directory, FollowerStateProto state) throws IOException {
        byte[] message = state.toByteArray();
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + message.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(MAGIC)
                .putInt(FORMAT_VERSION)
                .putInt(message.length)
                .putInt(checksumOf(message))
                .put(message)
                .flip();
        Files.createDirectories(directory);
        Path beside = directory.resolve(NAME + ".tmp");
        try (FileChannel channel = FileChannel.open(
                beside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(beside, directory.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel channel = FileChannel.open(directory)) {
            channel.force(true);
        }
    }

    private static int checksumOf(byte[] message) {
        return Hashing.crc32c().hashBytes(message).asInt();
    }
}
