/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import com.google.common.hash.Hashing;
import com.google.common.primitives.ImmutableLongArray;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;

/**
 * The files of a namespace, each by its inode and its content, of which those are crossed out that another namespace has
 * too, under whatever path. Takes 8 bytes and a bit for each file.
 */
public final class FileVersions {
    private final long[] sorted;
    private final BitSet crossedOut;
    private long bytes;

    private FileVersions(long[] sorted, long bytes) {
        this.sorted = sorted;
        this.crossedOut = new BitSet(sorted.length);
        this.bytes = bytes;
    }

    public static FileVersions of(NamespaceTree tree) {
        ImmutableLongArray.Builder hashes = ImmutableLongArray.builder();
        long bytes = 0;
        for (Iterator<Entry> entries = tree.entries(); entries.hasNext(); ) {
            Entry entry = entries.next();
            if (!entry.isDirectory()) {
                hashes.add(hash(entry));
                bytes += entry.length();
            }
        }
        long[] sorted = hashes.build().toArray();
        Arrays.sort(sorted);
        return new FileVersions(sorted, bytes);
    }

    private static long hash(Entry entry) {
        return Hashing.murmur3_128()
                .newHasher()
                .putLong(entry.id())
                .putLong(entry.length())
                .putLong(entry.fingerprint().of(Aspect.CONTENT))
                .hash()
                .asLong();
    }

    public void crossOut(NamespaceTree other) {
        for (Iterator<Entry> entries = other.entries(); entries.hasNext(); ) {
            Entry entry = entries.next();
            int index = entry.isDirectory() ? -1 : Arrays.binarySearch(sorted, hash(entry));
            if (index >= 0 && !crossedOut.get(index)) {
                crossedOut.set(index);
                bytes -= entry.length();
            }
        }
    }

    /** How many files are left. */
    public long files() {
        return sorted.length - crossedOut.cardinality();
    }

    /** Their lengths together. */
    public long bytes() {
        return bytes;
    }
}
