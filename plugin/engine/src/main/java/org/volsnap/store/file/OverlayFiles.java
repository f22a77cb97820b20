/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Lets a store be opened without being touched: reads go to the files below, all else stays in memory and is forgotten. So
 * a check does exactly what recovery does. Locks nothing. Safe for many threads.
 */
final class OverlayFiles implements StoreFiles {
    private final StoreFiles below;
    /** What was opened to be written, or renamed here; null for what was deleted. */
    private final Map<Path, @Nullable Overlay> changed = new HashMap<>();

    OverlayFiles(StoreFiles below) {
        this.below = below;
    }

    /** A file's content: that below as far as {@code kept}, with what was written over it. */
    private static final class Overlay {
        private record Write(long offset, byte[] bytes) {}

        private final @Nullable Path under;
        private final List<Write> writes = new ArrayList<>();
        private long kept;
        private long length;

        Overlay(@Nullable Path under, long length) {
            this.under = under;
            this.kept = length;
            this.length = length;
        }

        void truncate(long to) {
            kept = Math.min(kept, to);
            length = Math.min(length, to);
            writes.replaceAll(write -> new Write(write.offset, Arrays.copyOf(write.bytes, (int)
                    Math.max(0, Math.min(write.bytes.length, to - write.offset)))));
        }

        void write(long offset, byte[] bytes) {
            writes.add(new Write(offset, bytes));
            length = Math.max(length, offset + bytes.length);
        }

        void read(StoreFiles files, ByteBuffer into, long offset) throws IOException {
            int count = (int) Math.max(0, Math.min(into.remaining(), length - offset));
            ByteBuffer out = ByteBuffer.allocate(count);
            Path file = under;
            if (file != null && offset < kept) {
                out.limit((int) Math.min(count, kept - offset));
                try (StoreFile opened = files.openRead(file)) {
                    opened.read(out, offset);
                }
            }
            byte[] bytes = out.array();
            for (Write write : writes) {
                long from = Math.max(offset, write.offset);
                long to = Math.min(offset + count, write.offset + write.bytes.length);
                if (from < to) {
                    System.arraycopy(
                            write.bytes, (int) (from - write.offset), bytes, (int) (from - offset), (int) (to - from));
                }
            }
            into.put(bytes);
        }
    }

    @Override
    public synchronized StoreFile openRead(Path file) throws IOException {
        if (!changed.containsKey(file)) {
            return below.openRead(file);
        }
        return new OpenOverlay(require(file));
    }

    private Overlay require(Path file) throws NoSuchFileException {
        Overlay overlay = changed.get(file);
        if (overlay == null) {
            throw new NoSuchFileException(file.toString());
        }
        return overlay;
    }

    @Override
    public synchronized StoreFile openWrite(Path file) throws IOException {
        Overlay overlay = changed.get(file);
        if (overlay == null) {
            boolean isBelow = !changed.containsKey(file) && below.exists(file);
            overlay = isBelow ? new Overlay(file, below.length(file)) : new Overlay(null, 0);
            changed.put(file, overlay);
        }
        return new OpenOverlay(overlay);
    }

    @Override
    public Closeable lock(Path file) {
        return () -> {};
    }

    @Override
    public void createDirectories(Path directory) {
        // names need no directories here
    }

    @Override
    public void forceDirectory(Path directory) {
        // nothing lasts
    }

    @Override
    public synchronized void link(Path name, Path existing) throws IOException {
        throw new UnsupportedOperationException("nothing is linked while a store is checked: " + name);
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        openWrite(from).close();
        changed.put(to, require(from));
        changed.put(from, null);
    }

    @Override
    public synchronized boolean delete(Path path) {
        boolean there = exists(path);
        changed.put(path, null);
        return there;
    }

    @Override
    public synchronized boolean exists(Path path) {
        return changed.containsKey(path) ? changed.get(path) != null : below.exists(path);
    }

    @Override
    public boolean isSameFile(Path one, Path other) {
        return one.equals(other) && exists(one);
    }

    @Override
    public synchronized long length(Path file) throws IOException {
        return changed.containsKey(file) ? require(file).length : below.length(file);
    }

    @Override
    public synchronized List<Path> list(Path directory) throws IOException {
        Set<Path> all = new TreeSet<>(below.list(directory));
        changed.forEach((path, overlay) -> {
            if (directory.equals(path.getParent())) {
                if (overlay == null) {
                    all.remove(path);
                } else {
                    all.add(path);
                }
            }
        });
        return List.copyOf(all);
    }

    private final class OpenOverlay implements StoreFile {
        private final Overlay overlay;

        OpenOverlay(Overlay overlay) {
            this.overlay = requireNonNull(overlay, "overlay is null");
        }

        @Override
        public void read(ByteBuffer into, long offset) throws IOException {
            synchronized (OverlayFiles.this) {
                overlay.read(below, into, offset);
            }
        }

        @Override
        public void write(ByteBuffer from, long offset) {
            byte[] bytes = new byte[from.remaining()];
            from.get(bytes);
            synchronized (OverlayFiles.this) {
                overlay.write(offset, bytes);
            }
        }

        @Override
        public void truncate(long lengthBytes) {
            synchronized (OverlayFiles.this) {
                overlay.truncate(lengthBytes);
            }
        }

        @Override
        public long length() {
            synchronized (OverlayFiles.this) {
                return overlay.length;
            }
        }

        @Override
        public void force() {
            // nothing lasts
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
