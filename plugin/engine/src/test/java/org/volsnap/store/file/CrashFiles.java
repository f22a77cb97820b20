/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.volsnap.store.StoreException;

/**
 * A file system in memory that keeps what POSIX promises, and nothing else. Unforced writes survive a power cut whole,
 * in part, or not at all, in any order; unforced names too, except that the changes of one directory keep their order.
 * Can stop the world before any step, run out of space, and fail forces.
 */
final class CrashFiles implements StoreFiles {
    private static final int SECTOR_BYTES = 512;

    /** A change of a file's content that is not forced. */
    private record Change(long offset, byte @Nullable [] bytes) {
        void applyTo(Inode inode) {
            if (bytes == null) {
                inode.content = Arrays.copyOf(inode.content, (int) offset);
            } else {
                int end = (int) offset + bytes.length;
                inode.content = Arrays.copyOf(inode.content, Math.max(end, inode.content.length));
                System.arraycopy(bytes, 0, inode.content, (int) offset, bytes.length);
            }
        }
    }

    /** A file, whatever its names; a directory is one without content. */
    private static final class Inode {
        final boolean directory;
        byte[] content = new byte[0];
        byte[] forced = new byte[0];
        final List<Change> unforced = new ArrayList<>();

        Inode(boolean directory) {
            this.directory = directory;
        }

        void change(Change change) {
            change.applyTo(this);
            unforced.add(change);
        }

        void cutPower(Random random) {
            content = forced;
            for (Change change : unforced) {
                if (change.bytes() == null) {
                    if (random.nextBoolean() && change.offset() < content.length) {
                        change.applyTo(this);
                    }
                } else {
                    tear(change, random).applyTo(this);
                }
            }
            unforced.clear();
            forced = content;
        }

        private static Change tear(Change change, Random random) {
            byte[] bytes = requireNonNull(change.bytes()).clone();
            int fate = random.nextInt(4);
            if (fate == 0) {
                return new Change(change.offset(), new byte[0]);
            } else if (fate == 1) {
                return new Change(change.offset(), Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
            } else if (fate == 2) {
                for (int sector = 0; sector < bytes.length; sector += SECTOR_BYTES) {
                    if (random.nextBoolean()) {
                        Arrays.fill(bytes, sector, Math.min(bytes.length, sector + SECTOR_BYTES), (byte) 0);
                    }
                }
            }
            return new Change(change.offset(), bytes);
        }
    }

    /** A change of names that is not forced: what the path leads to from then on. */
    private record Naming(List<Path> paths, List<@Nullable Inode> targets) {
        Set<Path> directories() {
            Set<Path> parents = new HashSet<>();
            paths.forEach(path -> parents.add(requireNonNull(path.getParent())));
            return parents;
        }

        void applyTo(TreeMap<Path, Inode> names) {
            for (int i = 0; i < paths.size(); i++) {
                Inode target = targets.get(i);
                if (target == null) {
                    names.remove(paths.get(i));
                } else {
                    names.put(paths.get(i), target);
                }
            }
        }
    }

    private final TreeMap<Path, Inode> names = new TreeMap<>();
    private final TreeMap<Path, Inode> forcedNames = new TreeMap<>();
    private final List<Naming> unforcedNames = new ArrayList<>();
    private final Set<Path> locks = new HashSet<>();
    private long steps;
    private long crashAt = Long.MAX_VALUE;
    private long capacity = Long.MAX_VALUE;
    private int fileForces;
    private final List<Path> directoryForces = new ArrayList<>();
    private Predicate<Path> failingForces = path -> false;

    // ---- what tests turn

    /** From the step with this number on (the first is 1) everything fails. */
    synchronized void crashAt(long step) {
        crashAt = step;
    }

    synchronized boolean hasCrashed() {
        return steps >= crashAt;
    }

    synchronized void limitCapacity(long bytes) {
        capacity = bytes;
    }

    synchronized long used() {
        return new HashSet<>(names.values())
                .stream().mapToLong(inode -> inode.content.length).sum();
    }

    synchronized void failForcesOf(Predicate<Path> failing) {
        failingForces = failing;
    }

    synchronized int fileForces() {
        return fileForces;
    }

    synchronized List<Path> directoryForces() {
        return List.copyOf(directoryForces);
    }

    /** What a power cut at this moment leaves. */
    synchronized CrashFiles afterPowerCut(Random random) {
        CrashFiles after = new CrashFiles();
        TreeMap<Path, Inode> left = new TreeMap<>(forcedNames);
        Set<Path> lost = new HashSet<>();
        boolean losesAll = random.nextInt(3) == 0;
        for (Naming naming : unforcedNames) {
            boolean kept = !losesAll
                    && random.nextInt(4) > 0
                    && naming.directories().stream().noneMatch(lost::contains);
            if (kept) {
                naming.applyTo(left);
            } else {
                lost.addAll(naming.directories());
            }
        }
        left.keySet().removeIf(path -> !isReachable(path, left));
        new LinkedHashSet<>(left.values()).forEach(inode -> inode.cutPower(random));
        after.names.putAll(left);
        after.forcedNames.putAll(left);
        return after;
    }

    private static boolean isReachable(Path path, TreeMap<Path, Inode> tree) {
        Path parent = path.getParent();
        return parent == null || parent.getParent() == null || (tree.containsKey(parent) && isReachable(parent, tree));
    }

    /** The process is gone, the page cache is not. */
    synchronized void kill() {
        crashAt = Long.MAX_VALUE;
        locks.clear();
    }

    /** A file from outside of the store, durable. */
    synchronized void put(Path file, byte[] content) {
        Inode inode = new Inode(false);
        inode.content = content;
        inode.forced = content;
        for (Path parent = file.getParent(); parent != null; parent = parent.getParent()) {
            names.putIfAbsent(parent, new Inode(true));
            forcedNames.putIfAbsent(parent, names.get(parent));
        }
        names.put(file, inode);
        forcedNames.put(file, inode);
    }

    /** Removes a file from outside of the store, durably. */
    synchronized void take(Path file) {
        names.remove(file);
        forcedNames.remove(file);
    }

    /** Steps made so far. */
    synchronized long steps() {
        return steps;
    }

    synchronized byte[] get(Path file) throws IOException {
        return inode(file).content.clone();
    }

    /** What of the file is durable. */
    synchronized byte[] forced(Path file) throws IOException {
        return inode(file).forced.clone();
    }

    /** The same files, all of them durable, and nobody who has them open. */
    synchronized CrashFiles copy() {
        CrashFiles copy = new CrashFiles();
        names.forEach((path, inode) -> {
            if (inode.directory) {
                copy.names.put(path, new Inode(true));
                copy.forcedNames.put(path, requireNonNull(copy.names.get(path)));
            } else {
                copy.put(path, inode.content.clone());
            }
        });
        return copy;
    }

    synchronized int linksOf(Path file) throws IOException {
        Inode inode = inode(file);
        return (int) names.values().stream().filter(other -> other == inode).count();
    }

    synchronized List<Path> allFiles() {
        return names.entrySet().stream()
                .filter(entry -> !entry.getValue().directory)
                .map(entry -> entry.getKey())
                .toList();
    }

    // ---- the file system

    private void step() throws IOException {
        steps++;
        if (steps >= crashAt) {
            throw new IOException("the power is cut");
        }
    }

    private Inode inode(Path path) throws NoSuchFileException {
        Inode inode = names.get(path);
        if (inode == null) {
            throw new NoSuchFileException(path.toString());
        }
        return inode;
    }

    private void name(Path path, @Nullable Inode target) throws IOException {
        Path parent = requireNonNull(path.getParent());
        if (parent.getParent() != null && !names.containsKey(parent)) {
            throw new NoSuchFileException(path.toString());
        }
        List<@Nullable Inode> targets = new ArrayList<>();
        targets.add(target);
        apply(new Naming(List.of(path), targets));
    }

    private void apply(Naming naming) {
        naming.applyTo(names);
        unforcedNames.add(naming);
    }

    @Override
    public synchronized StoreFile openRead(Path file) throws IOException {
        return new CrashFile(file, inode(file));
    }

    @Override
    public synchronized StoreFile openWrite(Path file) throws IOException {
        if (!names.containsKey(file)) {
            step();
            name(file, new Inode(false));
        }
        return new CrashFile(file, inode(file));
    }

    @Override
    public synchronized Closeable lock(Path file) throws IOException {
        openWrite(file).close();
        if (!locks.add(file)) {
            throw new StoreException(file + " is locked");
        }
        return () -> unlock(file);
    }

    private synchronized void unlock(Path file) {
        locks.remove(file);
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (names.containsKey(directory) || parent == null) {
            return;
        }
        createDirectories(parent);
        step();
        name(directory, new Inode(true));
    }

    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        step();
        directoryForces.add(directory);
        Set<Path> concerned = new HashSet<>(Set.of(directory));
        List<Naming> forced = new ArrayList<>();
        for (int i = unforcedNames.size() - 1; i >= 0; i--) {
            Naming naming = unforcedNames.get(i);
            if (naming.directories().stream().anyMatch(concerned::contains)) {
                concerned.addAll(naming.directories());
                forced.add(0, naming);
            }
        }
        forced.forEach(naming -> naming.applyTo(forcedNames));
        unforcedNames.removeIf(naming -> forced.stream().anyMatch(other -> other == naming));
    }

    @Override
    public synchronized void link(Path name, Path existing) throws IOException {
        step();
        if (names.containsKey(name)) {
            throw new FileAlreadyExistsException(name.toString());
        }
        name(name, inode(existing));
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        step();
        Inode inode = inode(from);
        List<@Nullable Inode> targets = new ArrayList<>();
        targets.add(inode);
        targets.add(null);
        apply(new Naming(List.of(to, from), targets));
    }

    @Override
    public synchronized boolean delete(Path path) throws IOException {
        if (!names.containsKey(path)) {
            return false;
        }
        step();
        if (!list(path).isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        name(path, null);
        return true;
    }

    @Override
    public synchronized boolean exists(Path path) {
        return names.containsKey(path);
    }

    @Override
    public synchronized boolean isSameFile(Path one, Path other) {
        return names.containsKey(one) && names.get(one) == names.get(other);
    }

    @Override
    public synchronized long length(Path file) throws IOException {
        return inode(file).content.length;
    }

    @Override
    public synchronized List<Path> list(Path directory) {
        return names.keySet().stream()
                .filter(path -> directory.equals(path.getParent()))
                .toList();
    }

    private final class CrashFile implements StoreFile {
        private final Path path;
        private final Inode inode;

        CrashFile(Path path, Inode inode) {
            this.path = path;
            this.inode = inode;
        }

        @Override
        public void read(ByteBuffer into, long offset) {
            synchronized (CrashFiles.this) {
                int count = (int) Math.max(0, Math.min(into.remaining(), inode.content.length - offset));
                if (count > 0) {
                    into.put(inode.content, (int) offset, count);
                }
            }
        }

        @Override
        public void write(ByteBuffer from, long offset) throws IOException {
            synchronized (CrashFiles.this) {
                step();
                byte[] bytes = new byte[from.remaining()];
                from.get(bytes);
                long growth = Math.max(0, offset + bytes.length - inode.content.length);
                long room = capacity == Long.MAX_VALUE ? growth : Math.max(0, capacity - used());
                if (growth > room) {
                    int fits = (int) Math.max(0, bytes.length - (growth - room));
                    inode.change(new Change(offset, Arrays.copyOf(bytes, fits)));
                    throw new IOException("No space left on device");
                }
                inode.change(new Change(offset, bytes));
            }
        }

        @Override
        public void truncate(long lengthBytes) throws IOException {
            synchronized (CrashFiles.this) {
                step();
                if (lengthBytes < inode.content.length) {
                    inode.change(new Change(lengthBytes, null));
                }
            }
        }

        @Override
        public long length() {
            synchronized (CrashFiles.this) {
                return inode.content.length;
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (CrashFiles.this) {
                step();
                fileForces++;
                if (failingForces.test(path)) {
                    throw new IOException("Input/output error");
                }
                inode.forced = inode.content.clone();
                inode.unforced.clear();
            }
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
