/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.volsnap.store.StoreRecord;

/** What one step of a drop did to a block's tables, for the stores to follow. */
final class Release {
    /** A record and the store it goes to. */
    record Commit(AttachedStore store, StoreRecord record) {}

    private final List<Commit> commits = new ArrayList<>();
    private final List<CompletableFuture<Void>> waits = new ArrayList<>();

    void commit(AttachedStore store, StoreRecord record) {
        commits.add(new Commit(store, record));
    }

    void waitFor(CompletableFuture<Void> pending) {
        waits.add(pending);
    }

    List<Commit> commits() {
        return commits;
    }

    /** Pending exceptions that must be gone before the step is made again; nothing was done then. */
    List<CompletableFuture<Void>> waits() {
        return waits;
    }
}
