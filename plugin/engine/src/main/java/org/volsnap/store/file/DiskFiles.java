/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.volsnap.store.StoreException;

/** The real file system. */
final class DiskFiles implements StoreFiles {
    private static final int PIECE_BYTES = 64 << 10;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    @Override
    public StoreFile openRead(Path file) throws IOException {
        return new ReadFile(FileChannel.open(file, READ));
    }

    @Override
    public StoreFile openWrite(Path file) throws IOException {
        createForOwner(file);
        return new WrittenFile(file);
    }

    private static void createForOwner(Path file) throws IOException {
        if (!Files.exists(file)) {
            openChannel(file).close();
        }
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        FileChannel channel = openChannel(file);
        FileLock lock = tryLock(channel);
        if (lock == null) {
            channel.close();
            throw new StoreException("the store in " + file.getParent() + " is in use: " + file + " is locked");
        }
        return channel;
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held in this process
        }
    }

    private static FileChannel openChannel(Path file) throws IOException {
        return FileChannel.open(file, Set.of(READ, WRITE, CREATE), OWNER_FILE);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory, OWNER_DIRECTORY);
    }

    /** Not given up when the thread is interrupted: a link that could not be forced would be a loss. */
    @Override
    public void forceDirectory(Path directory) throws IOException {
        Uninterrupted.run(() -> {
            try (FileChannel channel = FileChannel.open(directory, READ)) {
                channel.force(true);
            }
        });
    }

    @Override
    public void link(Path name, Path existing) throws IOException {
        Files.createLink(name, existing);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public boolean delete(Path path) throws IOException {
        return Files.deleteIfExists(path);
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        try {
            return Files.isSameFile(one, other);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public long length(Path file) throws IOException {
        return Files.size(file);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        try (Stream<Path> content = Files.list(directory)) {
            return content.sorted().toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
    }

    private record ReadFile(FileChannel channel) implements StoreFile {
        @Override
        public void read(ByteBuffer into, long offset) throws IOException {
            long at = offset;
            while (into.hasRemaining()) {
                int count = channel.read(into, at);
                if (count < 0) {
                    return;
                }
                at += count;
            }
        }

        @Override
        public void write(ByteBuffer from, long offset) {
            throw new NonWritableChannelException();
        }

        @Override
        public void truncate(long lengthBytes) {
            throw new NonWritableChannelException();
        }

        @Override
        public long length() throws IOException {
            return channel.size();
        }

        @Override
        public void force() {
            throw new NonWritableChannelException();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /**
     * A file that is written to. Its thread may be interrupted at any time, which closes a {@link FileChannel} that is
     * in use and leaves it unknown what was written: so this is none.
     */
    private static final class WrittenFile implements StoreFile {
        private final Path path;
        private final RandomAccessFile file;

        /** The same with {@code O_DSYNC}: a write returns when it is durable; opened when it is needed. */
        private @Nullable RandomAccessFile durable;

        WrittenFile(Path path) throws IOException {
            this.path = path;
            this.file = new RandomAccessFile(path.toFile(), "rw");
        }

        @Override
        public void read(ByteBuffer into, long offset) throws IOException {
            file.seek(offset);
            while (into.hasRemaining()) {
                byte[] piece = new byte[Math.min(into.remaining(), PIECE_BYTES)];
                int count = file.read(piece);
                if (count < 0) {
                    return;
                }
                into.put(piece, 0, count);
            }
        }

        @Override
        public void write(ByteBuffer from, long offset) throws IOException {
            write(file, from, offset);
        }

        @Override
        public void writeDurably(ByteBuffer from, long offset) throws IOException {
            RandomAccessFile target = durable;
            if (target == null) {
                target = new RandomAccessFile(path.toFile(), "rwd");
                durable = target;
            }
            write(target, from, offset);
        }

        private static void write(RandomAccessFile to, ByteBuffer from, long offset) throws IOException {
            to.seek(offset);
            if (from.hasArray()) {
                to.write(from.array(), from.arrayOffset() + from.position(), from.remaining());
                from.position(from.limit());
                return;
            }
            while (from.hasRemaining()) {
                byte[] piece = new byte[Math.min(from.remaining(), PIECE_BYTES)];
                from.get(piece);
                to.write(piece);
            }
        }

        @Override
        public void truncate(long lengthBytes) throws IOException {
            if (lengthBytes < file.length()) {
                file.setLength(lengthBytes);
            }
        }

        @Override
        public long length() throws IOException {
            return file.length();
        }

        @Override
        public void force() throws IOException {
            file.getFD().sync();
        }

        @Override
        public void close() throws IOException {
            RandomAccessFile second = durable;
            try (file) {
                if (second != null) {
                    second.close();
                }
            }
        }
    }
}
