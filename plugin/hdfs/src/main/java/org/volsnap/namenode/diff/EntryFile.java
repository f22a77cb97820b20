/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.common.primitives.ImmutableLongArray;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.io.WritableUtils;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a namespace in a file, in the order of their paths, and their ids in memory. An entry is written with its
 * depth and its own name: some 70 bytes. The file belongs to one run and is neither durable nor checked.
 */
public final class EntryFile {
    private static final Entry.Kind[] KINDS = Entry.Kind.values();

    private final Path file;
    private final long[] sortedIds;

    private EntryFile(Path file, long[] sortedIds) {
        this.file = file;
        this.sortedIds = sortedIds;
    }

    /** Writes all entries of a tree. */
    public static EntryFile write(NamespaceTree tree, Path file) throws IOException {
        ImmutableLongArray.Builder ids = ImmutableLongArray.builder();
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (Iterator<Entry> entries = tree.entries(); entries.hasNext(); ) {
                Entry entry = entries.next();
                ids.add(entry.id());
                write(entry, out);
            }
        }
        long[] sorted = ids.build().toArray();
        Arrays.sort(sorted);
        return new EntryFile(file, sorted);
    }

    private static void write(Entry entry, DataOutputStream out) throws IOException {
        byte[] name = entry.name().getBytes(UTF_8);
        WritableUtils.writeVInt(out, depth(entry.path()));
        WritableUtils.writeVInt(out, name.length);
        out.write(name);
        WritableUtils.writeVLong(out, entry.id());
        out.writeByte(entry.kind().ordinal());
        WritableUtils.writeVLong(out, entry.length());
        out.writeBoolean(entry.open());
        entry.fingerprint().write(out);
    }

    /** 0 for the root. */
    private static int depth(String path) {
        return path.equals("/") ? 0 : (int) path.chars().filter(c -> c == '/').count();
    }

    boolean contains(long id) {
        return Arrays.binarySearch(sortedIds, id) >= 0;
    }

    /** How many files and directories there are. */
    public int count() {
        return sortedIds.length;
    }

    Reader read() throws IOException {
        return new Reader(file, sortedIds.length);
    }

    /** Reads the entries in their order. */
    static final class Reader implements Closeable {
        private final DataInputStream in;
        private final List<Entry> parents = new ArrayList<>();
        private long left;

        private Reader(Path file, long count) throws IOException {
            this.in = new DataInputStream(
                    new BufferedInputStream(Files.newInputStream(requireNonNull(file, "file is null"))));
            this.left = count;
        }

        /** Null after the last one. */
        @Nullable
        Entry next() throws IOException {
            if (left == 0) {
                return null;
            }
            left--;
            int depth = WritableUtils.readVInt(in);
            String name = new String(in.readNBytes(WritableUtils.readVInt(in)), UTF_8);
            parents.subList(depth, parents.size()).clear();
            Entry entry = read(name);
            parents.add(entry);
            return entry;
        }

        private Entry read(String name) throws IOException {
            @Nullable Entry parent = parents.isEmpty() ? null : parents.get(parents.size() - 1);
            return new Entry(
                    WritableUtils.readVLong(in),
                    parent == null ? 0 : parent.id(),
                    KINDS[in.readByte()],
                    parent == null || parent.path().equals("/") ? "/" + name : parent.path() + "/" + name,
                    WritableUtils.readVLong(in),
                    in.readBoolean(),
                    Fingerprint.read(in));
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
