/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks two namespaces side by side, in the order of paths. Where the same inode is on both sides, wherever that is, it is
 * compared with itself; what is left is paired by path. For one thread.
 */
public final class NamespaceComparison {
    private final EntryFile then;
    private final NamespaceTree now;
    private final Differences found;

    private NamespaceComparison(EntryFile then, NamespaceTree now, Differences found) {
        this.then = requireNonNull(then, "then is null");
        this.now = requireNonNull(now, "now is null");
        this.found = requireNonNull(found, "found is null");
    }

    /**
     * Tells all differences.
     *
     * @param then the namespace of T
     * @param now the one that it is compared with
     */
    public static void compare(EntryFile then, NamespaceTree now, Differences found) throws IOException {
        new NamespaceComparison(then, now, found).run();
    }

    private void run() throws IOException {
        try (EntryFile.Reader left = then.read()) {
            Iterator<Entry> right = now.entries();
            @Nullable Entry t = left.next();
            @Nullable Entry n = next(right, null);
            while (t != null || n != null) {
                int order = order(t, n);
                if (t != null && n != null && order == 0) {
                    samePath(t, n);
                } else if (t != null && order < 0) {
                    onlyThen(t);
                } else if (n != null) {
                    onlyNow(n);
                }
                t = order <= 0 ? left.next() : t;
                n = order >= 0 ? next(right, n) : n;
            }
        }
    }

    /** What has ended comes after all. */
    private static int order(@Nullable Entry t, @Nullable Entry n) {
        if (t == null || n == null) {
            return t == null ? 1 : -1;
        }
        return PathOrder.INSTANCE.compare(t.path(), n.path());
    }

    private @Nullable Entry next(Iterator<Entry> entries, @Nullable Entry last) {
        if (!entries.hasNext()) {
            return null;
        }
        Entry next = entries.next();
        checkState(
                last == null || PathOrder.INSTANCE.compare(last.path(), next.path()) < 0,
                "%s comes after %s",
                next,
                last);
        if (next.open()) {
            found.openNow(next);
        }
        return next;
    }

    private void samePath(Entry t, Entry n) {
        boolean replaced = now.find(t.id()) == null && !then.contains(n.id()) && t.kind() == n.kind();
        if (t.id() == n.id() || replaced) {
            noteOpen(t);
            compare(t, n);
        } else {
            onlyThen(t);
            onlyNow(n);
        }
    }

    private void onlyThen(Entry t) {
        noteOpen(t);
        @Nullable Entry moved = now.find(t.id());
        if (moved == null) {
            found.comesBack(t);
            return;
        }
        if (t.parentId() != moved.parentId() || !t.name().equals(moved.name())) {
            found.moves(t, moved);
        }
        compare(t, moved);
    }

    private void onlyNow(Entry n) {
        if (!then.contains(n.id())) {
            found.vanishes(n);
        }
    }

    private void compare(Entry t, Entry n) {
        Set<Aspect> aspects = t.differences(n);
        if (!aspects.isEmpty()) {
            found.changes(t, n, aspects);
        }
    }

    private void noteOpen(Entry t) {
        if (t.open()) {
            found.openThen(t);
        }
    }
}
