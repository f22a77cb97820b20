/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static java.util.Objects.requireNonNull;
import static org.volsnap.store.file.CheckedFileFormat.BODY_OFFSET;
import static org.volsnap.store.file.CheckedFileFormat.CRC_OFFSET;
import static org.volsnap.store.file.CheckedFileFormat.LENGTH_OFFSET;
import static org.volsnap.store.file.CheckedFileFormat.MAX_BODY_BYTES;
import static org.volsnap.store.file.CheckedFileFormat.VERSION_OFFSET;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.volsnap.store.StoreCorruptException;

/** A small file that is replaced as a whole: written beside, forced, renamed, the directory forced. */
final class CheckedFile {
    private final StoreFiles files;
    private final Path directory;
    private final Path path;
    private final long magic;

    CheckedFile(StoreFiles files, Path path, long magic) {
        this.files = files;
        this.path = path;
        this.directory = requireNonNull(path.getParent(), "path has no directory");
        this.magic = magic;
    }

    Path path() {
        return path;
    }

    boolean exists() {
        return files.exists(path);
    }

    /** Replaces the content; durable when it returns. */
    void write(ByteBuffer body) throws IOException {
        ByteBuffer out = FrameCodec.littleEndian(BODY_OFFSET + body.remaining());
        out.putLong(0, magic).putShort(VERSION_OFFSET, FormatVersion.MAX);
        out.putInt(LENGTH_OFFSET, body.remaining());
        out.put(BODY_OFFSET, body, body.position(), body.remaining());
        out.putInt(CRC_OFFSET, crc(out));
        Path beside = path.resolveSibling(path.getFileName() + ".new");
        try (StoreFile file = files.openWrite(beside)) {
            file.truncate(0);
            file.write(out, 0);
            file.force();
        }
        files.rename(beside, path);
        files.forceDirectory(directory);
    }

    /**
     * The content, ready to be read.
     *
     * @throws StoreCorruptException when it is not what was written
     */
    ByteBuffer read() throws IOException {
        try (StoreFile file = files.openRead(path)) {
            ByteBuffer head = FrameCodec.littleEndian(BODY_OFFSET);
            file.read(head, 0);
            require(!head.hasRemaining(), 0, "it has %d bytes".formatted(head.position()));
            require(head.getLong(0) == magic, 0, "bad magic %x".formatted(head.getLong(0)));
            FormatVersion.check(head.getShort(VERSION_OFFSET), path);
            int length = head.getInt(LENGTH_OFFSET);
            require(length >= 0 && length <= MAX_BODY_BYTES, LENGTH_OFFSET, "bad length " + length);
            ByteBuffer all = FrameCodec.littleEndian(BODY_OFFSET + length);
            file.read(all, 0);
            require(!all.hasRemaining(), all.position(), "it ends early");
            all.flip();
            require(all.getInt(CRC_OFFSET) == crc(all), CRC_OFFSET, "bad checksum");
            return all.position(BODY_OFFSET).slice().order(ByteOrder.LITTLE_ENDIAN);
        } catch (NoSuchFileException e) {
            throw new StoreCorruptException(path + " is damaged at byte 0: it is missing", e);
        }
    }

    private static int crc(ByteBuffer all) {
        return Checksums.crc(all.slice(0, CRC_OFFSET), all.slice(BODY_OFFSET, all.limit() - BODY_OFFSET));
    }

    private void require(boolean valid, long offset, String reason) throws StoreCorruptException {
        if (!valid) {
            throw new StoreCorruptException(path + " is damaged at byte " + offset + ": " + reason);
        }
    }
}
