/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A namespace in memory, made entry by entry: a path's directories have to be there before it. */
final class TestTree implements NamespaceTree {
    private final TreeMap<String, Entry> byPath = new TreeMap<>(PathOrder.INSTANCE);
    private final Map<Long, Entry> byId = new HashMap<>();

    TestTree() {
        add(1, Entry.Kind.DIRECTORY, "/", 0, false, new Fingerprint.Builder());
    }

    TestTree directory(long id, String path) {
        return add(id, Entry.Kind.DIRECTORY, path, 0, false, new Fingerprint.Builder());
    }

    /** @param content stands for the file's blocks */
    TestTree file(long id, String path, long length, long content) {
        return add(id, Entry.Kind.FILE, path, length, false, new Fingerprint.Builder().set(Aspect.CONTENT, content));
    }

    TestTree open(long id, String path, long length, long content) {
        Fingerprint.Builder fingerprint =
                new Fingerprint.Builder().set(Aspect.CONTENT, content).set(Aspect.OPEN, 1);
        return add(id, Entry.Kind.FILE, path, length, true, fingerprint);
    }

    /** A file with the same blocks everywhere, and one other aspect. */
    TestTree fileWith(long id, String path, Aspect aspect, long value) {
        Fingerprint.Builder fingerprint =
                new Fingerprint.Builder().set(Aspect.CONTENT, 7).set(aspect, value);
        return add(id, Entry.Kind.FILE, path, 10, false, fingerprint);
    }

    private TestTree add(
            long id, Entry.Kind kind, String path, long length, boolean open, Fingerprint.Builder fingerprint) {
        Entry entry = new Entry(id, parentId(path), kind, path, length, open, fingerprint.build());
        byPath.put(path, entry);
        byId.put(id, entry);
        return this;
    }

    private long parentId(String path) {
        if (path.equals("/")) {
            return 0;
        }
        int end = path.lastIndexOf('/');
        return requireNonNull(byPath.get(end == 0 ? "/" : path.substring(0, end)))
                .id();
    }

    @Override
    public Iterator<Entry> entries() {
        return byPath.values().iterator();
    }

    @Override
    public @Nullable Entry find(long id) {
        return byId.get(id);
    }
}
