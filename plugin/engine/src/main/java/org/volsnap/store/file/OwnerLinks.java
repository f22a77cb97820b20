/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.WholeReplica;

/**
 * What one owner keeps whole. Safe for many threads: the names in one directory change under that directory's monitor,
 * which is held for a few system calls and never while anything is forced. In memory is a bit or two per directory.
 */
final class OwnerLinks {
    private static final int MONITORS = 64;
    /** How often a directory may vanish under a link that is being made, because others found it empty. */
    private static final int ATTEMPTS = 100;

    private final StoreFiles files;
    private final String pool;
    private final SnapshotId owner;
    private final Path links;
    private final Path root;
    private final Object[] monitors =
            IntStream.range(0, MONITORS).mapToObj(i -> new Object()).toArray();

    /** Directories whose names are durable. */
    private final Set<Integer> durable = ConcurrentHashMap.newKeySet();

    /** By directory, whether its content is in the sums; each under its directory's monitor. */
    private final boolean[] counted = new boolean[ReplicaNames.DIRECTORIES];

    private final LongAdder bytes = new LongAdder();
    private final LongAdder replicas = new LongAdder();

    /** @param links the directory of all owners */
    OwnerLinks(StoreFiles files, String pool, SnapshotId owner, Path links) {
        this.files = files;
        this.pool = pool;
        this.owner = owner;
        this.links = links;
        this.root = links.resolve(Long.toString(owner.value()));
    }

    /** Says that nothing lies here yet: there is nothing to count. */
    OwnerLinks asNew() {
        for (int index = 0; index < counted.length; index++) {
            synchronized (monitor(index)) {
                counted[index] = true;
            }
        }
        return this;
    }

    private Object monitor(int index) {
        return monitors[index % MONITORS];
    }

    Path directory(BlockKey key) {
        return ReplicaNames.directory(root, ReplicaNames.directoryIndex(key.blockId()));
    }

    long usedBytes() {
        return bytes.sum();
    }

    long count() {
        return replicas.sum();
    }

    /** Links meta, then data, unless the pair is there; the directory that holds them is durable, they are not. */
    long link(BlockKey key, ReplicaFiles from) throws IOException {
        int index = ReplicaNames.directoryIndex(key.blockId());
        for (int attempt = 1; ; attempt++) {
            try {
                ensureDirectory(index);
                return linkInto(index, key, from);
            } catch (NoSuchFileException e) {
                durable.remove(index);
                if (attempt == ATTEMPTS || !files.exists(from.data()) || !files.exists(from.meta())) {
                    throw e;
                }
            }
        }
    }

    /** Two threads may both make the directory durable; neither goes on before it is. */
    private void ensureDirectory(int index) throws IOException {
        if (!durable.contains(index)) {
            files.createDirectories(ReplicaNames.directory(root, index));
            files.forceDirectory(ReplicaNames.upperDirectory(root, index));
            files.forceDirectory(root);
            files.forceDirectory(links);
            durable.add(index);
        }
    }

    private long linkInto(int index, BlockKey key, ReplicaFiles from) throws IOException {
        ReplicaFiles to = ReplicaNames.files(ReplicaNames.directory(root, index), key);
        synchronized (monitor(index)) {
            if (isPair(to)) {
                return 0;
            }
            files.delete(to.data()); // what is left of a pair is of an unknown age
            files.delete(to.meta());
            files.link(to.meta(), from.meta());
            files.link(to.data(), from.data());
            long length = length(to);
            count(index, length, 1);
            return length;
        }
    }

    private void count(int index, long length, int sign) {
        if (counted[index]) {
            bytes.add(length * sign);
            replicas.add(sign);
        }
    }

    private boolean isPair(ReplicaFiles replica) {
        return files.exists(replica.data()) && files.exists(replica.meta());
    }

    private long length(ReplicaFiles replica) throws IOException {
        return files.length(replica.data()) + files.length(replica.meta());
    }

    Optional<WholeReplica> find(BlockKey key) {
        ReplicaFiles replica = ReplicaNames.files(directory(key), key);
        return isPair(replica) ? Optional.of(new WholeReplica(key, owner, replica)) : Optional.empty();
    }

    /** Unlinks data, then meta; nothing happens when they are gone. */
    void remove(BlockKey key) throws IOException {
        int index = ReplicaNames.directoryIndex(key.blockId());
        ReplicaFiles replica = ReplicaNames.files(ReplicaNames.directory(root, index), key);
        synchronized (monitor(index)) {
            boolean pair = isPair(replica);
            long length = pair ? length(replica) : 0;
            files.delete(replica.data());
            files.delete(replica.meta());
            if (pair) {
                count(index, length, -1);
            }
        }
    }

    /** All pairs, directory by directory. */
    Stream<WholeReplica> list() throws IOException {
        return files.list(root).stream()
                .flatMap(Unchecked.function(upper -> files.list(upper).stream()))
                .flatMap(Unchecked.function(directory -> pairs(directory).stream()));
    }

    /** All pairs of one block. */
    Collection<BlockKey> keys(long blockId) throws IOException {
        Path directory = ReplicaNames.directory(root, ReplicaNames.directoryIndex(blockId));
        return keys(directory).stream()
                .filter(key -> key.blockId() == blockId && find(key).isPresent())
                .toList();
    }

    /** The pairs in one directory. */
    List<WholeReplica> list(int index) throws IOException {
        return pairs(ReplicaNames.directory(root, index));
    }

    private List<WholeReplica> pairs(Path directory) throws IOException {
        return keys(directory).stream()
                .map(this::find)
                .flatMap(Optional::stream)
                .toList();
    }

    private Set<BlockKey> keys(Path directory) throws IOException {
        Set<BlockKey> keys = new LinkedHashSet<>();
        for (Path file : files.list(directory)) {
            ReplicaNames.key(pool, file.getFileName().toString()).ifPresent(keys::add);
        }
        return keys;
    }

    /** Counts one directory that was there before this process, and removes what is left of broken pairs in it. */
    void sweep(int index) throws IOException {
        Path directory = ReplicaNames.directory(root, index);
        synchronized (monitor(index)) {
            if (counted[index]) {
                return;
            }
            long sum = 0;
            long pairs = 0;
            for (BlockKey key : keys(directory)) {
                ReplicaFiles replica = ReplicaNames.files(directory, key);
                if (isPair(replica)) {
                    sum += length(replica);
                    pairs++;
                } else {
                    files.delete(replica.data());
                    files.delete(replica.meta());
                }
            }
            bytes.add(sum);
            replicas.add(pairs);
            counted[index] = true;
        }
        prune(index);
    }

    void prune(BlockKey key) throws IOException {
        prune(ReplicaNames.directoryIndex(key.blockId()));
    }

    /** Removes the directory, and those above it, as far as they are empty. */
    private void prune(int index) throws IOException {
        try {
            synchronized (monitor(index)) {
                durable.remove(index);
                files.delete(ReplicaNames.directory(root, index));
            }
            files.delete(ReplicaNames.upperDirectory(root, index));
            files.delete(root);
        } catch (DirectoryNotEmptyException e) {
            // still used: the next link makes its name durable again
        }
    }
}
