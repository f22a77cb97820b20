/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * A directory in which something is still to be done. It comes to its end once the walk has left it and each task in it
 * and below it is over; its parent not before. So only directories on the way to what is being done are remembered. Safe
 * for many threads.
 */
final class OpenDirectory {
    private final @Nullable OpenDirectory parent;
    private final Path live;
    private final boolean there;
    private final boolean encrypted;
    private final Consumer<OpenDirectory> atEnd;
    private final AtomicInteger pending = new AtomicInteger(1);
    private volatile boolean changed;

    /**
     * Begins with the walk in it.
     *
     * @param parent null: nobody waits for this one
     * @param there false in a dry run of what would be made
     * @param encrypted whether files made in it are encrypted
     */
    OpenDirectory(
            @Nullable OpenDirectory parent,
            Path live,
            boolean there,
            boolean encrypted,
            Consumer<OpenDirectory> atEnd) {
        this.parent = parent;
        this.live = requireNonNull(live, "live is null");
        this.there = there;
        this.encrypted = encrypted;
        this.atEnd = requireNonNull(atEnd, "atEnd is null");
        if (parent != null) {
            parent.begin();
        }
    }

    Path live() {
        return live;
    }

    boolean isThere() {
        return there;
    }

    boolean isEncrypted() {
        return encrypted;
    }

    /** A task in it begins; only before the walk has left it, or within another task of it. */
    void begin() {
        if (pending.getAndIncrement() <= 0) {
            throw new IllegalStateException(live + " is at its end");
        }
    }

    /** A task in it, or the walk, is over. */
    void end() {
        for (OpenDirectory each = this; each != null && each.pending.decrementAndGet() == 0; each = each.parent) {
            each.atEnd.accept(each);
        }
    }

    /** HDFS has given it another modification time by now. */
    void changed() {
        changed = true;
    }

    boolean isChanged() {
        return changed;
    }
}
